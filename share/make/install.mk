# install.mk - make install DESTDIR=... PREFIX=/usr: programs, what they read, manual pages.

PREFIX ?= /usr/local
ETC    ?= /etc
inst   := install -D

$(GEN)/fabsoc-engine.7: core/INPUTS_AND_EFFECTS.def share/tools/enginedoc.awk
	$(Q)mkdir -p $(@D) && awk -f share/tools/enginedoc.awk $< > $@

MAN_PAGES = $(wildcard share/man/*.[1-9]) $(GEN)/fabsoc-engine.7

.PHONY: man install
man: $(MAN_PAGES)

install: programs man
	for p in $(filter-out fabsoc-farend,$(PROGRAMS)); do \
	    f=$$(cd $(B) && ls $$p libexec/$$p 2>/dev/null | head -n 1); \
	    case $$f in libexec/*) to=libexec/fabsoc/$$p ;; *) to=bin/$$p ;; esac; \
	    $(inst) -m 755 "$(B)/$$f" "$(DESTDIR)$(PREFIX)/$$to" || exit 1; done
	for d in rules sources playbooks policy fab guidelines doc; do \
	    (cd share && find $$d -type f) | while read -r f; do \
	        $(inst) -m 644 "share/$$f" "$(DESTDIR)$(PREFIX)/share/fabsoc/$$f" || exit 1; done; done
	$(inst) -m 755 share/tools/mkcerts "$(DESTDIR)$(PREFIX)/share/fabsoc/tools/mkcerts"
	for m in $(MAN_PAGES); do \
	    $(inst) -m 644 "$$m" "$(DESTDIR)$(PREFIX)/share/man/man$${m##*.}/$$(basename $$m)" || exit 1; done
