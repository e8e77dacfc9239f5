# Without make (Windows): py dev.py run, py dev.py test …
PYTHON ?= python3
CHORES = setup run demo test soak bench ha day lock bundle

.PHONY: $(CHORES)
.DEFAULT_GOAL = run

$(CHORES):
	@$(PYTHON) dev.py $@ $(ARGS)
