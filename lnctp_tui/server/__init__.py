"""The central server: FastAPI on PostgreSQL. Protocol: docs/synchronisation.md.

What stands behind the routes; each call is one durable transaction. `database` is a pool or a connection, `device`
the DeviceRow that asks (postgres.database), `now` an aware datetime, the answer what goes over the line:

    push.push(database, device, message, now, key)           batcher.Batcher(pool, key).push(device, message, now)
    pull.pull(database, device, cursor, proof, limit)
    history.start(database, device)                          history.history(database, device, scopes, after, limit)
    history.missing(database, device, ids)                   history.fetch(database, device, ids)
    equality.equal(database, device)                         equality.bucket(database, device, number)
    access.window(database, device, scopes, action, now)     access.assign(database, device, scope, person, now)
    access.offer(database, device, scope, person, now)       access.answer(database, device, scope, accept, now)
    access.offers(database, device)                          access.grant/revoke(database, team, person, scope, now, by)
    quarantine_review.waiting(database, device)              quarantine_review.release(database, device, id, now)
    search.search(database, device, text)                    projection_check.compare(database, team)
    erase.erase(database, team, scope, now, by)
"""
