// express-pouchdb on LevelDB in the folder given; prints its port when it listens on loopback.
const express = require("express");
const PouchDB = require("pouchdb");

const folder = process.argv[2];
const Served = PouchDB.defaults({ prefix: folder + "/" });
const app = express();
app.use("/", require("express-pouchdb")(Served, {
  mode: "minimumForPouchDB",
  inMemoryConfig: true,
  logPath: folder + "/log.txt",
}));
const listening = app.listen(0, "127.0.0.1", () => console.log(listening.address().port));
