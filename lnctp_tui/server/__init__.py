"""The central server: FastAPI on PostgreSQL. Protocol: docs/synchronisation.md.

What stands behind the routes; each call is one durable transaction. `place` is a pool or a connection, `device`
the DeviceRow that asks (server.database), `now` an aware datetime, the answer what goes over the line:

    push.push(place, device, message, now, key)              batcher.Batcher(pool, key).push(device, message, now)
    pull.pull(place, device, cursor, proof, limit)           pull.woken(place, team, n) → (Mark, persons or None)
    history.start(place, device)                             history.history(place, device, scopes, after, limit)
    history.missing(place, device, ids)                      history.fetch(place, device, ids)
    equality.equal(place, device)                            equality.bucket(place, device, number)
    access.window(place, device, scopes, action, now)        access.assign(place, device, scope, person, now)
    access.offer(place, device, scope, person, now)          access.answer(place, device, scope, accept, now)
    access.offers(place, device)                             access.grant/revoke(place, team, person, scope, now, by)
    quarantine.waiting(place, device)                        quarantine.release/dismiss(place, device, id, now)
    search.search(place, device, text)
    erase.erase(place, team, scope, now, by)              refold.compare(place, team)
"""
