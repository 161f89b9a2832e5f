package dev.kekkai.architecture.bad.admin;

import jakarta.ws.rs.GET;

/** Outside of the API's own package. */
public final class AnswersHttp {
    @GET
    public String answer() {
        return "";
    }
}
