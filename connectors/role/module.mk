SHELF := connectors/role
$(SHELF)_SRC := agents.c announce.c block_run.c config.c detect.c engine.c engine_sets.c \
	engine_shell.c engine_watch.c intake.c set_load.c

PROGRAMS += intake detect engine
intake_MAIN := connectors/role/intake_main.c
intake_USES := connectors/role
intake_DIR := libexec
detect_MAIN := connectors/role/detect_main.c
detect_USES := connectors/role
detect_DIR := libexec
engine_MAIN := connectors/role/engine_main.c
engine_USES := connectors/role
engine_DIR := libexec

PROGRAMS += fabsoc-farend
fabsoc-farend_MAIN := tests/support/farend/farend_main.c
fabsoc-farend_USES := connectors/os
fabsoc-farend_DIR := libexec
