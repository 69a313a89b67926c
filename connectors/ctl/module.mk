SHELF := connectors/ctl
$(SHELF)_SRC := ctl.c init.c db.c decode.c input.c rule_view.c scan.c scan_corr.c scan_match.c share.c unpack.c
$(SHELF)_PKG := zlib libzstd
PROGRAMS += fabsocctl
fabsocctl_MAIN := connectors/ctl_main.c
fabsocctl_USES := connectors/ctl
