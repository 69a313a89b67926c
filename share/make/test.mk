# test.mk - unit tests link exactly the closure of the shelf they test.
#
# tests/SHELF/module.mk says: TESTS_SHELF := test_buf test_arena   (one program each)
# A test may name more shelves: test_x_USES := core/play, and pkg-config names: test_x_PKG

include $(wildcard $(addsuffix /module.mk,$(addprefix tests/,$(SHELVES))))
include tests/support/module.mk

unit_path = $(B)/tests/$(1)/$(2)
define unit_rule
$(call unit_path,$(1),$(2)): $(B)/tests/$(1)/$(2).o $(foreach s,$(1) $($(2)_USES),$(call archives,$(s))) $(if $($(2)_SUPPORT),$(call archive,tests/support))
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(LDFLAGS_ALL) -o $$@ $$< -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group -lcmocka $$(call pkglibs,$(sort $(foreach s,$(1) $($(2)_USES),$(call packages,$(s))) $($(2)_PKG)))
UNIT_PROGRAMS += $(call unit_path,$(1),$(2))
endef
$(foreach s,$(SHELVES),$(foreach t,$(TESTS_$(s)),$(eval $(call unit_rule,$(s),$(t)))))

$(eval $(call shelf_rule,tests/support))

# The detect role that dies of marked records (tests/support/mortal.c): for tests/e2e, never a PROGRAM.
MORTAL := $(B)/tests/libexec/detect
$(MORTAL): $(B)/tests/support/mortal.o $(B)/connectors/role/detect_main.o $(call archives,connectors/role)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(LDFLAGS_ALL) -Wl,--wrap=decode -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(call pkglibs,$(call packages,connectors/role))

# The list is what share/tools/check runs: a program that an older list built is not among them.
unit: $(UNIT_PROGRAMS) $(MORTAL)
	$(Q)mkdir -p $(B)/tests && printf '%s\n' $(UNIT_PROGRAMS) > $(B)/tests/list
