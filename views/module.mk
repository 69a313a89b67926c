SHELF := views
$(SHELF)_SRC := alert.c console.c console_draw.c console_keys.c console_line.c console_tty.c fmt.c health.c incident.c \
	incidents.c list.c overview.c page.c part.c plan.c playbooks.c queue.c run.c sessions.c view.c

# The default keys are compiled in; a person's own file is read behind them.
$(GEN)/keys_conf.inc: share/keys.conf share/tools/textgen.awk
	$(Q)mkdir -p $(@D) && awk -f share/tools/textgen.awk $< > $@
GENERATED += $(GEN)/keys_conf.inc
PROGRAMS += fabsoc
fabsoc_MAIN := views/console_main.c
fabsoc_USES := views connectors/pg
