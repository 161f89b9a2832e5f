package dev.kekkai.architecture.bad.keyring;

import java.sql.Connection;

interface AsksTheDatabase {
    Connection past(String port);
}
