SHELF := connectors/act
$(SHELF)_SRC := actlog.c actuator.c agentconf.c check.c confine.c executor.c key.c memory.c \
	net_quarantine.c net_release.c pam_terminate.c params.c proof.c run.c
$(SHELF)_PKG := libcrypto jansson libseccomp
