package dev.kekkai.admin.rest.view;

import org.jspecify.annotations.Nullable;

/**
 * Why a key is to be destroyed.
 *
 * @param olderBackupsMayBecomeUnreadable your word that you know it: backups of etcd from the time when it wrapped need this key
 * @param reason for those who approve, at most 1,000 bytes
 */
public record DestroyOrder(
        boolean olderBackupsMayBecomeUnreadable, @Nullable String reason) {}
