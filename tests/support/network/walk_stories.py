"""Short stories that a protocol with one rule broken cannot end well. `World.end` heals and looks."""

from __future__ import annotations

from datetime import timedelta

from walk_world import Laptop, World

from lnctp_tui.storage.replication import eviction

GONE = ["request_lost"] * 6
UNHEARD = ["answer_lost"] * 6
TIMES = 6
SAID = ("summary",)


def says(world: World, laptop: Laptop) -> None:
    """Open the case, change it, close it."""
    world.open_form(laptop, "cases", world.cases[0])
    world.save(laptop, SAID)
    laptop.forms.clear()


def told(world: World, laptop: Laptop) -> None:
    """As above, and the server knows."""
    says(world, laptop)
    world.sync(laptop, [])


def the_process_ends_between_two_commits(world: World) -> None:
    reader, author, _ = world.laptops
    for commits in range(1, TIMES):
        told(world, author)
        world.sync(reader, [], dies_after=commits)


def what_was_sent_never_arrives(world: World) -> None:
    author = world.laptops[0]
    says(world, author)
    world.sync(author, GONE)


def it_is_saved_again_while_on_its_way(world: World) -> None:
    author = world.laptops[0]
    for _ in range(TIMES):
        author.store.now = lambda: world.time + timedelta(milliseconds=1)
        world.open_form(author, "cases", world.cases[0])
        ((key, form),) = author.forms.items()
        world.save(author, SAID)
        world.sync(author, UNHEARD)
        author.forms[key] = form
        world.save(author, SAID)
        author.forms.clear()
        world.sync(author, [])


def a_colleagues_change_comes_under_an_open_form(world: World) -> None:
    here, there, _ = world.laptops
    world.open_form(here, "cases", world.cases[0])
    told(world, there)
    world.sync(here, [])
    world.save(here, SAID)


def all_write_at_once(world: World) -> None:
    for _ in range(TIMES):
        for laptop in world.laptops:
            says(world, laptop)
        for laptop in world.laptops:
            world.sync(laptop, [])


def both_write_one_after_the_other(world: World) -> None:
    told(world, world.laptops[1])
    told(world, world.laptops[0])


def the_case_is_taken_away(world: World) -> None:
    says(world, world.laptops[0])
    world.server.toggle(world.laptops[0].person, world.cases[0])
    world.sync(world.laptops[0], [], part=world.adapter.listen)


def the_case_comes_back(world: World) -> None:
    """The laptop let it go by itself, and deleted it. Each time the process ends one commit later."""
    reader, author, _ = world.laptops
    for commits in range(1, 2 * TIMES):
        with reader.store.write() as unit:
            eviction.ask_away(unit.connection, [world.cases[0]])
        world.server.toggle(reader.person, world.cases[0], "window")
        world.sync(reader, [])
        for _ in range(TIMES // 2):
            told(world, author)
        world.sync(reader, [])  # reads past what she may not see now
        world.server.toggle(reader.person, world.cases[0])
        world.sync(reader, [], dies_after=commits)
        world.end()


def a_call_leaves_with_the_case_it_joined(world: World) -> None:
    """Its own scope is its author's alone: the others saw it by the case, in a page or in a history."""
    reader, author, late = world.laptops
    case = world.cases[0]
    world.server.toggle(late.person, case)
    for laptop in (late, author):
        world.sync(laptop, [])
    world.contact(author)
    world.sync(author, [])
    world.attach(author, case)
    world.sync(author, [])
    world.server.toggle(late.person, case)
    for laptop in (reader, late):
        world.sync(laptop, [])
        world.server.toggle(laptop.person, case)
        world.sync(laptop, [])


def a_word_from_before_the_call_joined_comes_after_it(world: World) -> None:
    """It names no case: it comes because the case is held that the call belongs to by now."""
    reader, author, _ = world.laptops
    world.contact(author)
    world.sync(author, [])
    with author.store.read() as connection:
        (call,) = connection.exec_driver_sql("SELECT id FROM contacts").one()
    world.take_image(author)
    world.attach(author, world.cases[0])
    for laptop in (author, reader):
        world.sync(laptop, [])
    world.restore_image(author)
    world.open_form(author, "contacts", call)
    world.save(author, ("narrative",))
    for laptop in (author, reader):
        world.sync(laptop, [])
    world.server.toggle(reader.person, world.cases[0])
    world.sync(reader, [])


def a_call_joins_the_case(world: World) -> None:
    author = world.laptops[2]
    world.contact(author)
    for laptop in (author, *world.laptops):
        world.sync(laptop, [])
    world.attach(author, world.cases[0])
    world.sync(author, [])


def a_page_from_before_the_image_comes_after_it(world: World) -> None:
    reader, author, _ = world.laptops
    world.take_image(reader)
    for _ in range(2):
        told(world, author)
        world.sync(reader, [])
    world.restore_image(reader)
    reader.wire.delayed = True
    world.sync(reader, [])


def the_author_comes_back_from_an_image(world: World) -> None:
    author = world.laptops[0]
    world.take_image(author)
    told(world, author)
    world.restore_image(author)


def the_server_comes_back_from_its_backup(world: World) -> None:
    """Only the receipt of the author's push shows that both had more in common."""
    author = world.laptops[0]
    world.server.backup()
    says(world, author)
    world.sync(author, ["ok", *GONE])
    world.restore_server()


def others_write_on_before_the_author_comes_back(world: World) -> None:
    author, other, _ = world.laptops
    world.server.backup()
    told(world, author)
    world.restore_server()
    told(world, other)
    told(world, other)


def only_a_reader_kept_it(world: World) -> None:
    author, reader, _ = world.laptops
    world.take_image(author)
    world.server.backup()
    told(world, author)
    world.sync(reader, [])
    world.restore_server()
    world.restore_image(author)
