// Replicates the documents of a JSON Lines file to a server, from there to a second database, then nothing.
// Prints one line of JSON: seconds of each, and of `idle` rounds with nothing to do.
const fs = require("fs");
const PouchDB = require("pouchdb");

const [folder, file, server] = process.argv.slice(2);
const now = () => Number(process.hrtime.bigint()) / 1e9;

async function timed(work) {
  const began = now();
  const done = await work();
  return [now() - began, done];
}

async function main() {
  const documents = fs.readFileSync(file, "utf8").trim().split("\n").map((line) => JSON.parse(line));
  const first = new PouchDB(folder + "/first");
  for (let at = 0; at < documents.length; at += 500) await first.bulkDocs(documents.slice(at, at + 500));
  const remote = new PouchDB(server + "/cases");
  await remote.info();
  const [push, sent] = await timed(() => first.replicate.to(remote));
  const second = new PouchDB(folder + "/second");
  const [pull, got] = await timed(() => second.replicate.from(remote));
  if (sent.docs_written !== documents.length || got.docs_written !== documents.length) throw new Error("lost documents");
  const idle = [];
  for (let round = 0; round < 40; round += 1) {
    const [pushed] = await timed(() => first.replicate.to(remote));
    const [pulled] = await timed(() => first.replicate.from(remote));
    idle.push(pushed + pulled);
  }
  console.log(JSON.stringify({ documents: documents.length, push, pull, idle }));
  process.exit(0);
}

main().catch((error) => { console.error(error); process.exit(1); });
