SHELF := connectors/ctl
$(SHELF)_SRC := audit_chain.c ctl.c ctl_db.c db.c init.c lists.c people.c verify.c
# documents and files, without a database
$(SHELF)_SRC += check.c check_openc2.c check_tell.c clocks.c decode.c fab_show.c input.c input_hsms.c json_place.c playbook.c \
	rule_engine.c rule_explain.c rule_samples.c rule_test.c rule_view.c rules.c scan.c scan_corr.c scan_faults.c scan_jobs.c scan_machine.c scan_match.c share.c simulate.c trees.c trees_home.c unpack.c
$(SHELF)_PKG := jansson libzstd zlib
PROGRAMS += fabsocctl
fabsocctl_MAIN := connectors/ctl/ctl_main.c
fabsocctl_USES := connectors/ctl
