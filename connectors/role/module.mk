SHELF := connectors/role
$(SHELF)_SRC := agent_net.c agents.c announce.c block_run.c config.c detect.c exec.c gate.c intake.c set_load.c sign.c sign_check.c wslink.c

PROGRAMS += intake detect
intake_MAIN := connectors/role/intake_main.c
intake_USES := connectors/role
intake_DIR := libexec
detect_MAIN := connectors/role/detect_main.c
detect_USES := connectors/role
detect_DIR := libexec

PROGRAMS += gate sign fabsoc-agent fabsoc-farend
fabsoc-agent_MAIN := connectors/role/agent_main.c
fabsoc-agent_USES := connectors/role
sign_MAIN := connectors/role/sign_main.c
sign_USES := connectors/role
sign_DIR := libexec
gate_MAIN := connectors/role/gate_main.c
gate_USES := connectors/role
gate_DIR := libexec
fabsoc-farend_MAIN := tests/support/farend/farend_main.c
fabsoc-farend_USES := connectors/os
fabsoc-farend_DIR := libexec
