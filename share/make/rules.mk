# rules.mk - shelves to archives, mains to programs; arrows give the link lines.
#
# A shelf's module.mk says:
#   SHELF := core/base                     (its folder)
#   $(SHELF)_SRC := arena.c buf.c          (its files, listed: what is not listed is not shipped)
#   $(SHELF)_PKG := libcrypto              (pkg-config names its users must link)
# A program says:
#   PROGRAMS += fabsocctl
#   fabsocctl_MAIN := connectors/ctl_main.c   fabsocctl_USES := connectors/role
#   fabsocctl_DIR := libexec                  (only where it is not the top of build/MODE)

# Made while reading, not by a rule: where another included file cannot be made, make would name this one missing.
$(shell mkdir -p $(GEN) && { [ $(GEN)/arrows.mk -nt share/make/arrows ] && [ $(GEN)/arrows.mk -nt share/tools/arrows.awk ]; } || \
	{ awk -f share/tools/arrows.awk share/make/arrows > $(GEN)/arrows.new && mv $(GEN)/arrows.new $(GEN)/arrows.mk; })
ifneq ($(.SHELLSTATUS),0)
$(error share/make/arrows cannot be read)
endif
include $(GEN)/arrows.mk

PROGRAMS :=
include $(wildcard $(addsuffix /module.mk,$(SHELVES)))

archive = $(B)/lib/$(subst /,_,$(1)).a
objects = $(patsubst %.c,$(B)/%.o,$(addprefix $(1)/,$($(1)_SRC)))
# A shelf and everything below it, highest first: the order of a link line.
closure = $(1) $(CLOSURE_$(1))
archives = $(foreach s,$(call closure,$(1)),$(if $($(s)_SRC),$(call archive,$(s))))
packages = $(sort $(foreach s,$(call closure,$(1)),$($(s)_PKG)))
pkglibs  = $(if $(1),$$(pkg-config --libs $(1)))

define shelf_rule
$(call archive,$(1)): $(call objects,$(1))
	$$(call say,AR,$$@)
	$$(Q)mkdir -p $$(@D) && rm -f $$@ && ar rcs $$@ $$^
endef
$(foreach s,$(SHELVES),$(if $($(s)_SRC),$(eval $(call shelf_rule,$(s)))))

program_path = $(B)/$(if $($(1)_DIR),$($(1)_DIR)/)$(1)
define program_rule
$(call program_path,$(1)): $(B)/$(patsubst %.c,%.o,$($(1)_MAIN)) $(foreach u,$($(1)_USES),$(call archives,$(u)))
	$$(call say,LD,$$@)
	$$(Q)mkdir -p $$(@D) && $$(CC) $$(LDFLAGS_ALL) -o $$@ $$< -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group $$(call pkglibs,$(sort $(foreach u,$($(1)_USES),$(call packages,$(u))) $($(1)_PKG)))
OBJS_EXTRA += $(B)/$(patsubst %.c,%.o,$($(1)_MAIN))
endef
$(foreach p,$(PROGRAMS),$(eval $(call program_rule,$(p))))
programs: $(foreach p,$(PROGRAMS),$(call program_path,$(p)))

$(B)/%.o: %.c | generated
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(CFLAGS_ALL) $(foreach s,$(SHELVES),$(if $(filter $(s)/%,$<),$(CFLAGS_$(s)))) -MMD -MP -c $< -o $@

# ---- generated sources

FSMS := $(wildcard core/model/*.fsm)
FSM_H := $(patsubst core/model/%.fsm,$(GEN)/%_fsm.h,$(FSMS))
$(GEN)/%_fsm.h: core/model/%.fsm share/tools/fsmgen.awk
	$(Q)awk -v mode=c -f share/tools/fsmgen.awk $< > $@
$(GEN)/fsm.sql: $(FSMS) share/tools/fsmgen.awk
	$(Q)rm -f $@; for f in $(FSMS); do awk -v mode=sql -f share/tools/fsmgen.awk $$f >> $@ || exit 1; done

GENERATED += $(FSM_H) $(GEN)/fsm.sql
.PHONY: generated
generated: $(GENERATED)

ALL_OBJS = $(foreach s,$(SHELVES),$(call objects,$(s))) $(OBJS_EXTRA)
-include $(wildcard $(B)/*/*.d $(B)/*/*/*.d $(B)/*/*/*/*.d)
