SHELF := connectors/role
$(SHELF)_SRC := $(filter-out %_main.c,$(notdir $(wildcard connectors/role/*.c)))

PROGRAMS += fabsocd fabsoc-agent
fabsocd_MAIN := connectors/role/fabsocd_main.c
fabsocd_USES := connectors/role
fabsoc-agent_MAIN := connectors/role/agent_main.c
fabsoc-agent_USES := connectors/role

# One program a role, started by fabsocd.
define role_program
PROGRAMS += $(1)
$(1)_MAIN := connectors/role/$(1)_main.c
$(1)_USES := connectors/role
$(1)_DIR := libexec
endef
$(foreach r,$(filter-out agent fabsocd,$(patsubst %_main.c,%,$(notdir $(wildcard connectors/role/*_main.c)))),$(eval $(call role_program,$(r))))

PROGRAMS += fabsoc-farend
fabsoc-farend_MAIN := tests/support/farend/farend_main.c
fabsoc-farend_USES := connectors/os
fabsoc-farend_DIR := libexec
