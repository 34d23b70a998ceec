//! Accounts, answers to actions, and the vectors actions are signed by.

use super::{REST, price, qty, read};
use crate::domain::Symbol;
use crate::venues::hyperliquid::wire::Text;
use crate::venues::hyperliquid::wire::account::{Clearinghouse, Fill, MarginMode, Order};
use crate::venues::hyperliquid::wire::exchange::{Answer, Outcome};
use crate::venues::rest::{Head, Verdict};

pub(super) fn outcomes(body: &[u8], action: &str) -> Vec<Outcome> {
    let Answer::Ok(response) = read("action", body) else {
        panic!("it was looked at")
    };
    assert_eq!(response.action, action);
    response.data.expect("outcomes").statuses
}

pub(super) fn refused_outcome(body: &[u8], action: &str, ending: &str) -> String {
    let statuses = outcomes(body, action);
    let [Outcome::Error(why)] = statuses.as_slice() else {
        panic!("refused: {statuses:?}")
    };
    assert!(why.ends_with(ending), "{why}");
    why.clone()
}

pub(super) fn resting(body: &[u8], oid: u64, cloid: Option<&str>) -> String {
    let cloid = cloid.map(str::to_owned);
    assert_eq!(outcomes(body, "order"), [Outcome::Resting { oid, cloid }]);
    format!("order {oid} rests")
}

#[derive(serde::Deserialize)]
struct ErrorCase {
    when: String,
    http: u16,
    body: Option<serde_json::Value>,
    body_text: Option<String>,
}

/// HTTP 200 is no success, and bodies of other statuses are no JSON.
pub(super) fn errors(body: &[u8]) -> String {
    let cases: Vec<ErrorCase> = read("errors", body);
    let mut told = Vec::new();
    for case in &cases {
        if let Some(answer) = &case.body {
            let Answer::Err(why) = read("action", answer.to_string().as_bytes()) else {
                panic!("{} is a refusal", case.when)
            };
            assert_eq!(case.http, 200);
            told.push(why);
        }
        if let Some(text) = &case.body_text {
            let head = Head {
                status: case.http,
                retry_after_s: None,
                reset_at_ms: None,
                body: text.as_bytes(),
            };
            let symbol = Symbol::parse("BTC/USDC:USDC", None).expect("a symbol");
            let request = &REST.listing(&symbol)[0];
            let Verdict::Refused(why) = REST.judge(request, head) else {
                panic!("{} is refused for good", case.when)
            };
            assert!(
                why.contains(text) && why.contains(&case.http.to_string()),
                "{why}"
            );
            told.push(why);
        }
    }
    assert_eq!((cases.len(), told.len()), (7, 7));
    format!("7 refusals, such as `{}`", told[6])
}

pub(super) fn account(body: &[u8]) -> String {
    let state: Clearinghouse = read("clearinghouseState", body);
    assert_eq!(state.cross_maintenance_margin_used, Some(Text(4_720.837_5)));
    assert_eq!(state.margin_summary, state.cross_margin_summary);
    assert_eq!(state.margin_summary.total_ntl_pos, Text(377_667.0));
    let position = &state.asset_positions[0].position;
    assert_eq!((position.coin.as_str(), position.szi), ("BTC", qty("4.5")));
    assert_eq!(position.liquidation_px, Some(Text(74_501.802_790_436)));
    assert_eq!(
        (position.leverage.value, position.max_leverage),
        (10, Some(40))
    );
    format!("1 position, withdrawable {}", state.withdrawable.0)
}

pub(super) fn old_account(body: &[u8]) -> String {
    let state: Clearinghouse = read("clearinghouseState", body);
    let positions = &state.asset_positions;
    assert_eq!(positions.len(), 12);
    assert_eq!(positions[0].position.szi, qty("-0.00785"));
    assert_eq!(positions[0].position.entry_px, Some(Text(26_951.0)));
    assert_eq!(positions[1].position.liquidation_px, None);
    assert!(
        positions
            .iter()
            .all(|p| p.position.leverage.mode == MarginMode::Cross)
    );
    format!("12 positions, withdrawable {}", state.withdrawable.0)
}

pub(super) fn orders_with_triggers(body: &[u8]) -> String {
    let orders: Vec<Order> = read("frontendOpenOrders", body);
    assert_eq!(orders.len(), 3);
    let (target, entry) = (&orders[0], &orders[2]);
    assert!(target.is_trigger && target.reduce_only && target.tif.is_none());
    assert_eq!(target.trigger_px, Some(price("10.004")));
    assert_eq!(
        target.trigger_condition.as_deref(),
        Some("Price above 10.004")
    );
    assert_eq!(target.order_type.as_deref(), Some("Take Profit Market"));
    assert_eq!(
        (entry.children.len(), entry.tif.as_deref()),
        (2, Some("Gtc"))
    );
    format!("3 orders, order {} has 2 children", entry.oid)
}

pub(super) fn old_fills(body: &[u8]) -> String {
    let fills: Vec<Fill> = read("userFills", body);
    let (newest, oldest) = (&fills[0], &fills[59]);
    assert_eq!(fills.len(), 60);
    assert!(newest.time > oldest.time, "newest first");
    assert_eq!((newest.dir.as_str(), newest.crossed), ("Close Long", true));
    assert_eq!(newest.start_position, Text(4_623.5));
    assert_eq!(
        (newest.closed_pnl, newest.oid),
        (Text(-0.256_86), 189_324_432)
    );
    assert_eq!((oldest.dir.as_str(), oldest.tid), ("Short > Long", None));
    format!("60 fills to {}", newest.time.0)
}

/// Keys in the order they were written, for which they are signed.
struct KeysInOrder(Vec<String>);

impl<'de> serde::Deserialize<'de> for KeysInOrder {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Keys;
        impl<'de> serde::de::Visitor<'de> for Keys {
            type Value = KeysInOrder;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an action")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Self::Value, A::Error> {
                let mut keys = Vec::new();
                while let Some((key, _)) = map.next_entry::<String, serde::de::IgnoredAny>()? {
                    keys.push(key);
                }
                Ok(KeysInOrder(keys))
            }
        }
        from.deserialize_map(Keys)
    }
}

#[derive(serde::Deserialize)]
struct Signature {
    r: String,
    s: String,
    v: u8,
}

#[derive(serde::Deserialize)]
struct Vector {
    action: Option<KeysInOrder>,
    nonce: Option<u64>,
    msgpack_hex: Option<String>,
    connection_id: Option<String>,
    mainnet: Option<Signature>,
    testnet: Signature,
}

pub(super) fn signing_vectors(body: &[u8]) -> String {
    let vectors: Vec<Vector> = read("signing vectors", body);
    let mut actions = 0;
    for vector in &vectors {
        for signature in vector.mainnet.iter().chain([&vector.testnet]) {
            assert!([27, 28].contains(&signature.v));
            for part in [&signature.r, &signature.s] {
                let digits = part.strip_prefix("0x").expect("hex");
                // Leading zeros are dropped.
                assert!((60..=64).contains(&digits.len()), "{part}");
            }
        }
        let Some(action) = &vector.action else {
            continue;
        };
        let packed = vector.msgpack_hex.as_deref().expect("bytes");
        let id = vector.connection_id.as_deref().expect("an id");
        assert_eq!((id.len(), vector.nonce.is_some()), (66, true));
        let mut rest = packed;
        for key in &action.0 {
            let hex: String = key.bytes().map(|b| format!("{b:02x}")).collect();
            let (_, behind) = rest.split_once(&hex).expect("keys keep their order");
            rest = behind;
        }
        actions += 1;
    }
    assert_eq!((vectors.len(), actions), (9, 8));
    "8 signed actions, 1 signed by the user".to_owned()
}
