use super::*;

const FIRST: &str = "CREATE TABLE thing (name TEXT NOT NULL) STRICT";
const SECOND: &str = "ALTER TABLE thing ADD COLUMN size INTEGER NOT NULL DEFAULT 7";

const OLD: Schema = Schema {
    application_id: 99,
    migrations: &[FIRST],
};
const NEW: Schema = Schema {
    application_id: 99,
    migrations: &[FIRST, SECOND],
};

fn open(path: &Path, schema: &Schema) -> Result<Connection, JournalError> {
    open_writer(path, schema, Durability::Power)
}

fn things(connection: &Connection) -> rusqlite::Result<(String, i64)> {
    let sql = "SELECT name, size FROM thing";
    connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))
}

#[test]
fn an_older_file_becomes_the_newest_and_keeps_what_it_holds() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.sqlite");
    let old = open(&path, &OLD).expect("a new file");
    old.execute_batch("INSERT INTO thing VALUES ('one')")
        .expect("written");
    drop(old);
    let unread = open_reader(&path, &NEW).expect_err("not brought up to date by reading");
    assert!(
        matches!(unread, JournalError::Older { found: 1, .. }),
        "{unread}"
    );
    let new = open(&path, &NEW).expect("brought up to date");
    assert_eq!(things(&new), Ok(("one".to_owned(), 7)));
    drop(new);
    open_reader(&path, &NEW).expect("of the newest layout");
    let error = open(&path, &OLD).expect_err("a newer file");
    assert!(
        error
            .to_string()
            .ends_with("has layout 2, this host knows layouts up to 1"),
        "{error}"
    );
    assert!(error.is_mistake());
    assert!(matches!(
        open_reader(&path, &OLD),
        Err(JournalError::Newer { .. })
    ));
}

#[test]
fn a_step_that_fails_leaves_the_file_as_it_was() {
    const BROKEN: Schema = Schema {
        application_id: 99,
        migrations: &[
            FIRST,
            "CREATE TABLE other (x INTEGER); ALTER TABLE nothing RENAME TO x",
        ],
    };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.sqlite");
    drop(open(&path, &OLD).expect("a new file"));
    open(&path, &BROKEN).expect_err("a broken step");
    let file = open(&path, &OLD).expect("still of the old layout");
    let tables = file.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0));
    assert_eq!(tables, Ok(1));
}

#[test]
fn the_database_of_another_program_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.sqlite");
    let other = Connection::open(&path).expect("a new file");
    other
        .execute_batch("CREATE TABLE theirs (x)")
        .expect("written");
    drop(other);
    let before = std::fs::read(&path).expect("read");
    for refused in [open(&path, &NEW), open_reader(&path, &NEW)] {
        assert!(matches!(refused, Err(JournalError::Foreign { .. })));
    }
    assert_eq!(std::fs::read(&path).expect("read"), before);
}

#[test]
fn a_layout_that_cannot_be_is_damage() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.sqlite");
    let file = open(&path, &NEW).expect("a new file");
    file.execute_batch("PRAGMA user_version = -3").expect("set");
    drop(file);
    let error = open(&path, &NEW).expect_err("no layout");
    assert!(error.to_string().ends_with("layout -3"), "{error}");
}
