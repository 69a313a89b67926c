SHELF := views
$(SHELF)_SRC := alert.c console.c console_draw.c console_keys.c console_line.c fmt.c health.c incident.c \
	incidents.c list.c overview.c page.c part.c plan.c playbooks.c queue.c run.c sessions.c view.c
