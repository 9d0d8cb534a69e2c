//! A database of a test's own that is spread over the servers of a Citus cluster, as `plumbline migrate --distribute` does it.

use plumbline::storage::Store;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};
use tokio::sync::Mutex;

use super::database::{connect_to, database_of, server};

/// Set to 1, the tests' databases are spread over the servers that the one of `PLUMBLINE_TEST_POSTGRES` knows: it must be the
/// coordinator's, with the extension and the workers.
const DISTRIBUTE: &str = "PLUMBLINE_TEST_DISTRIBUTE";

static JOINING: Mutex<()> = Mutex::const_new(());

/// Whether the tests' databases are spread over several servers.
#[expect(clippy::disallowed_methods, reason = "whoever runs the tests decides on which servers")]
pub(super) fn is_distributed() -> bool {
    std::env::var(DISTRIBUTE).is_ok_and(|value| value == "1")
}

/// A server of the cluster.
struct Node {
    /// 0 is the coordinator's.
    group: i32,
    host: String,
    port: i32,
}

impl Node {
    /// What `url` says, of this server.
    fn of(&self, url: &str) -> String {
        let begin = url.find('@').map_or_else(|| url.find("://").map_or(0, |at| at + 3), |at| at + 1);
        let end = url[begin..].find('/').map_or(url.len(), |at| begin + at);
        format!("{}{}:{}{}", &url[..begin], self.host, self.port, &url[end..])
    }

    async fn run(&self, database: Option<&str>, statement: &str) -> Result<(), DbErr> {
        let server = self.of(&server());
        let url = database.map_or_else(|| server.clone(), |name| database_of(&server, name));
        let connection = connect_to(&url).await?;
        connection.execute_unprepared(statement).await?;
        connection.close().await
    }
}

async fn nodes() -> Result<Vec<Node>, DbErr> {
    let connection: DatabaseConnection = connect_to(&server()).await?;
    let query = "SELECT groupid, nodename, nodeport FROM pg_dist_node WHERE noderole = 'primary' ORDER BY groupid";
    let rows = connection.query_all_raw(Statement::from_string(DbBackend::Postgres, query)).await?;
    connection.close().await?;
    let node = |row: &sea_orm::QueryResult| {
        let (group, host, port) = row.try_get_many_by_index()?;
        Ok(Node { group, host, port })
    };
    rows.iter().map(node).collect()
}

/// Spreads an empty database of the coordinator over all servers, and brings it to the present schema.
pub(super) async fn spread(name: &str) -> Result<(), DbErr> {
    let nodes = nodes().await?;
    let mut join = vec!["CREATE EXTENSION citus".to_owned()];
    for node in &nodes {
        let Node { group, host, port } = node;
        if *group == 0 {
            join.push(format!("SELECT citus_set_coordinator_host('{host}', {port})"));
            continue;
        }
        node.run(None, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
        node.run(None, &format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")).await?;
        node.run(Some(name), "CREATE EXTENSION citus").await?;
        join.push(format!("SELECT citus_add_node('{host}', {port})"));
    }
    let url = database_of(&server(), name);
    let connection = connect_to(&url).await?;
    // Whoever adds a worker writes what all its databases share, and two at once are refused.
    let one_at_a_time = JOINING.lock().await;
    connection.execute_unprepared(&join.join(";")).await?;
    drop(one_at_a_time);
    connection.close().await?;
    let distributed = async {
        let store = Store::connect(&url).await?;
        store.migrate().await?;
        store.distribute().await?;
        store.close().await
    };
    distributed.await.map_err(|error| DbErr::Custom(error.to_string()))
}

/// Drops a database of the workers.
pub(super) async fn drop_spread(name: &str) -> Result<(), DbErr> {
    for node in nodes().await?.iter().filter(|node| node.group != 0) {
        node.run(None, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
    }
    Ok(())
}

#[test]
fn a_url_of_another_server_keeps_user_database_and_options() {
    let node = Node { group: 1, host: "b".to_owned(), port: 5433 };
    for (url, expected) in [
        ("postgres://u:p@a:1/x?sslmode=require", "postgres://u:p@b:5433/x?sslmode=require"),
        ("postgres://a", "postgres://b:5433"),
    ] {
        assert_eq!(node.of(url), expected);
    }
}
