package dev.kekkai.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void a_column_is_as_wide_as_its_widest_cell_and_no_line_ends_in_blanks() {
        Table table = new Table("NUMBER", "STATE", "X");
        table.row("1", "RETIRED", "");
        table.row("1234567", "ON", "y");

        assertThat(printed(table)).isEqualTo("""
                NUMBER   STATE    X
                1        RETIRED
                1234567  ON       y
                """);
    }

    @Test
    void a_table_without_rows_is_its_headings() {
        assertThat(printed(new Table("A", "B"))).isEqualTo("A  B\n");
    }

    private static String printed(Table table) {
        StringWriter text = new StringWriter();
        table.print(new PrintWriter(text, true));
        return text.toString();
    }
}
