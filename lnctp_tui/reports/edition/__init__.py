"""An edition as files that anybody may have, and the check of such files by anybody."""
