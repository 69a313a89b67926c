# fuzz.mk - libFuzzer targets (clang). FUZZ_SECONDS=600 each; ONLY=fuzz_decode one of them.

include tests/fuzz/module.mk

fuzz_path = $(B)/tests/fuzz/$(1)
define fuzz_rule
$(call fuzz_path,$(1)): $(B)/tests/fuzz/$(1).o $(foreach s,$($(1)_USES),$(call archives,$(s)))
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(LDFLAGS_ALL) -o $$@ $$< -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group $$(call pkglibs,$(sort $(foreach s,$($(1)_USES),$(call packages,$(s)))))
endef
$(foreach f,$(FUZZERS),$(eval $(call fuzz_rule,$(f))))

.PHONY: fuzz fuzz-run
fuzz:
	@command -v clang clang-14 >/dev/null || { echo 'make fuzz needs clang: apt-get install -y clang libclang-rt-14-dev' >&2; exit 1; }
	@$(MAKE) MODE=fuzz CC=clang fuzz-run
fuzz-run: $(foreach f,$(FUZZERS),$(call fuzz_path,$(f)))
	@tests/fuzz/run $(B) $(or $(ONLY),$(FUZZERS))
