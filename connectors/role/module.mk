SHELF := connectors/role
$(SHELF)_SRC := agent_net.c agents.c announce.c block_run.c capture.c capture_model.c captured.c child.c config.c daemon_conf.c detect.c engine.c \
	engine_keys.c engine_links.c engine_reload.c engine_sets.c engine_shell.c engine_watch.c exec.c gate.c house.c intake.c set_load.c sign.c \
	sign_check.c sockets.c supervisor.c wslink.c

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
$(foreach r,capture detect engine gate intake sign,$(eval $(call role_program,$(r))))

PROGRAMS += fabsoc-farend
fabsoc-farend_MAIN := tests/support/farend/farend_main.c
fabsoc-farend_USES := connectors/os
fabsoc-farend_DIR := libexec
