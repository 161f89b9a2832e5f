package dev.kekkai.admin.rest.view;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Records of the audit trail, newest first.
 *
 * @param records with the names that they have in the trail: {@code time}, {@code seq}, {@code action}, {@code tenant}, {@code caller},
 *     {@code api}, {@code uid}, {@code key_version}, {@code outcome}, {@code reason}, and those of later schemas
 * @param next cursor of what is older. There may be more although this page is not full: each call looks at a bounded part of the trail
 */
public record AuditPage(
        List<Map<String, String>> records, @Nullable String next) {}
