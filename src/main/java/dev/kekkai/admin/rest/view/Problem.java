package dev.kekkai.admin.rest.view;

import io.quarkus.runtime.annotations.RegisterForReflection;

/**
 * Why a call failed, by RFC 9457.
 *
 * @param type {@code urn:kekkai:problem:} and the code
 * @param title the same for each problem of a type
 * @param status of the HTTP answer
 * @param code stable, lower case with hyphens
 * @param detail what was wrong this time
 * @param next what to do
 */
@RegisterForReflection // no endpoint names it, so that a native image would not know its components
public record Problem(String type, String title, int status, String code, String detail, String next) {}
