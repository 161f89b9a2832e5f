package dev.kekkai.admin.rest.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tenants by name; {@code next} is the cursor of the next page, if there is one. */
public record TenantPage(List<TenantView> tenants, @Nullable String next) {}
