SHELF := connectors/ctl
$(SHELF)_SRC := ctl.c init.c db.c
PROGRAMS += fabsocctl
fabsocctl_MAIN := connectors/ctl_main.c
fabsocctl_USES := connectors/ctl
