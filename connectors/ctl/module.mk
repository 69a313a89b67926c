SHELF := connectors/ctl
$(SHELF)_SRC := audit_chain.c ctl.c ctl_db.c db.c init.c lists.c people.c verify.c
$(SHELF)_PKG := jansson
PROGRAMS += fabsocctl
fabsocctl_MAIN := connectors/ctl/ctl_main.c
fabsocctl_USES := connectors/ctl
