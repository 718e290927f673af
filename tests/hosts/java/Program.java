import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.Function;
import org.sqlite.SQLiteConfig;

public class Program {
    // README begins
    static Connection connect(String path) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.enableLoadExtension(true);
        Connection db = DriverManager.getConnection("jdbc:sqlite:" + path, config.toProperties());
        try (Statement statement = db.createStatement()) {
            statement.execute("SELECT load_extension('build/fastmigrate')");
        }
        return db;
    }

    static int migrate(Connection db, String scripts) throws SQLException {
        try (PreparedStatement statement = db.prepareStatement("SELECT fastmigrate_apply(?)")) {
            statement.setString(1, scripts);
            return statement.executeQuery().getInt(1);
        }
    }
    // README ends

    static String value(Connection db, String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = db.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; ++i) {
                statement.setObject(i + 1, parameters[i]);
            }
            return statement.executeQuery().getString(1);
        }
    }

    static void show(String label, Connection db, String sql) throws SQLException {
        try (Statement statement = db.createStatement(); ResultSet rows = statement.executeQuery(sql)) {
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                String line = label + ":";
                for (int i = 1; i <= columns; ++i) {
                    line += " " + rows.getString(i);
                }
                System.out.println(line);
            }
        }
    }

    static void show(String label, Object value) {
        System.out.println(label + ": " + value);
    }

    public static void main(String[] arguments) throws SQLException {
        show("new", migrate(connect("new.db"), "migrations"));

        Connection db = connect("app.db");
        show("enroll", value(db, "SELECT fastmigrate_enroll(?)", 1));
        try {
            migrate(db, "broken");
        } catch (SQLException error) {
            // [SQLITE_ERROR] SQL error or missing database (MESSAGE)
            String message = error.getMessage();
            show("broken", message.substring(message.indexOf('(') + 1, message.length() - 1));
            show("code", error.getErrorCode());
        }
        show("version", value(db, "SELECT fastmigrate_version()"));
        show("apply", migrate(db, "migrations"));
        show("again", migrate(db, "migrations"));
        show("status", db, "SELECT version, state FROM fastmigrate_status('migrations')");
        show("differences", value(db, "SELECT count(*) FROM fastmigrate_verify('migrations')"));
        show("posts", value(db, "SELECT count(*) FROM posts"));

        db = connect("copy.db");
        value(db, "SELECT fastmigrate_enroll(1)");
        show("row", db,
            "SELECT version, name, statements, changes FROM fastmigrate_apply('migrations')");
        show("posts", value(db, "SELECT count(*) FROM posts"));

        Function.create(db, "address", new Function() {
            @Override
            protected void xFunc() throws SQLException {
                result(value_text(0).toLowerCase() + "@example.com");
            }
        });
        show("function", migrate(db, "function"));
        show("function", db, "SELECT email FROM users");

        String bundle = value(db, "SELECT fastmigrate_bundle('migrations')");
        db = connect(":memory:");
        show("bundle", value(db, "SELECT fastmigrate_apply(?, ?)", bundle, 2));

        // Habits
        show("foreign keys", value(db, "PRAGMA foreign_keys"));
        show("number", value(db, "SELECT typeof(?)", 2) + " " + value(db, "SELECT typeof(?)", 2.0));

        // Without autocommit a transaction begins before any statement.
        db = connect("implicit.db");
        db.setAutoCommit(false);
        show("without autocommit", migrate(db, "migrations"));
        db.rollback();
        show("rolled back", value(db, "SELECT fastmigrate_version()"));
        db.setAutoCommit(true);
        show("with autocommit", migrate(db, "migrations"));

        // A result set that is not closed keeps its statement open.
        ResultSet open = db.createStatement().executeQuery("SELECT fastmigrate_apply('migrations')");
        open.next();
        try (Connection other = connect("implicit.db")) {
            other.createStatement().execute("INSERT INTO users (name) VALUES ('Edsger')");
        }
        show("left open, other connection wrote", value(db, "SELECT count(*) FROM users"));
    }
}
