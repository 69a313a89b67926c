SHELF := connectors/role
$(SHELF)_SRC := agents.c announce.c block_run.c child.c config.c daemon_conf.c detect.c house.c intake.c set_load.c \
	sockets.c supervisor.c

PROGRAMS += fabsocd intake detect
fabsocd_MAIN := connectors/role/fabsocd_main.c
fabsocd_USES := connectors/role
intake_MAIN := connectors/role/intake_main.c
intake_USES := connectors/role
intake_DIR := libexec
detect_MAIN := connectors/role/detect_main.c
detect_USES := connectors/role
detect_DIR := libexec
