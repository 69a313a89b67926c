SHELF := connectors/ctl
$(SHELF)_SRC := check.c check_openc2.c check_tell.c ctl.c init.c db.c decode.c input.c json_place.c rule_view.c scan.c scan_corr.c scan_match.c share.c unpack.c
$(SHELF)_PKG := jansson libzstd zlib
PROGRAMS += fabsocctl
fabsocctl_MAIN := connectors/ctl_main.c
fabsocctl_USES := connectors/ctl
