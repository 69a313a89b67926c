SHELF := connectors/role
$(SHELF)_SRC :=
PROGRAMS += fabsoc-farend
fabsoc-farend_MAIN := tests/support/farend/farend_main.c
fabsoc-farend_USES := connectors/os
fabsoc-farend_DIR := libexec
