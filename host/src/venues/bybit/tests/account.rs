//! What a key shows: orders, executions, positions, balances.

use super::{price, qty};
use crate::domain::{Qty, Rate, Side, Timestamp};
use crate::venues::bybit::wire::account::{
    ClosedPnl, Execution, FeeRate, Order, OrderReceived, Position, PrivateFrame, Wallet,
};
use crate::venues::bybit::wire::{Listed, SideName, answer, decode};

pub(super) fn fee_rate(bytes: &[u8]) -> String {
    let fees: Listed<FeeRate> = answer("fee-rate", bytes).expect("reads").result;
    let fee = &fees.list[0];
    assert_eq!(
        (fee.taker_fee_rate.0, fee.maker_fee_rate.0),
        (Rate(60_000), Rate(10_000))
    );
    format!("{} taker 0.0006, maker 0.0001", fee.symbol)
}

pub(super) fn order_create(bytes: &[u8]) -> String {
    let order: OrderReceived = answer("order create", bytes).expect("reads").result;
    assert_eq!(order.order_id, "1321003749386327552");
    format!("{} was received", order.order_link_id)
}

pub(super) fn order_realtime(bytes: &[u8]) -> String {
    let orders: Listed<Order> = answer("order realtime", bytes).expect("reads").result;
    let order = &orders.list[0];
    assert_eq!(
        (order.order_status.as_str(), order.side),
        ("New", SideName::Buy)
    );
    assert_eq!(
        (order.price.0, order.qty.0, order.leaves_qty.0),
        (Some(price("1600")), qty("0.1"), Some(qty("0.1")))
    );
    assert_eq!((order.position_idx, order.reduce_only), (1, false));
    assert!(orders.next_page_cursor.starts_with("page_args%3D"));
    format!("{} is open", order.order_link_id)
}

pub(super) fn order_history(bytes: &[u8]) -> String {
    let orders: Listed<Order> = answer("order history", bytes).expect("reads").result;
    let order = &orders.list[0];
    assert_eq!(
        (order.order_type.as_str(), order.time_in_force.as_str()),
        ("Market", "IOC")
    );
    assert_eq!(
        (order.price.0, order.avg_price.0),
        (Some(price("123615.9")), Some(123_498.0))
    );
    assert_eq!(order.cum_fee_detail["USDT"].0.to_string(), "0.0679239");
    assert_eq!(
        order.cum_exec_fee.0.map(|fee| fee.to_string()).as_deref(),
        Some("0.0679239")
    );
    assert_eq!(
        (order.cum_exec_qty.0, order.trigger_price.0),
        (Some(qty("0.001")), None)
    );
    "a market order with a protective price, filled for 0.055 %".to_owned()
}

pub(super) fn executions(bytes: &[u8]) -> String {
    let executions: Listed<Execution> = answer("execution list", bytes).expect("reads").result;
    let execution = &executions.list[0];
    assert_eq!(
        (execution.exec_type.as_str(), execution.is_maker),
        ("Trade", false)
    );
    assert_eq!(
        (execution.fee_rate.0, execution.exec_fee.0.to_string()),
        (Rate(55_000), "0.00468105".to_owned())
    );
    assert_eq!(
        (execution.exec_price.0, execution.exec_qty.0),
        (price("85.11"), qty("0.1"))
    );
    assert_eq!(
        (execution.seq, execution.exec_time.0),
        (15_961_900_053, Timestamp(1_710_762_918_390))
    );
    "a taker paid 0.00055".to_owned()
}

pub(super) fn closed_pnl(bytes: &[u8]) -> String {
    let closed: Listed<ClosedPnl> = answer("closed pnl", bytes).expect("reads").result;
    let closed = &closed.list[0];
    assert_eq!(
        (closed.side, closed.closed_size.0),
        (SideName::Sell, qty("0.001"))
    );
    assert_eq!(
        (closed.avg_entry_price.0, closed.avg_exit_price.0),
        (55_937.5, 55_563.0)
    );
    assert_eq!(closed.closed_pnl.0.to_string(), "-0.43582528");
    "a long closed at a loss of 0.43582528, fees included".to_owned()
}

pub(super) fn private_execution(bytes: &[u8]) -> String {
    let frame: PrivateFrame<Execution> = decode("frame", bytes).expect("reads");
    let execution = &frame.data[0];
    assert_eq!(
        (frame.topic.as_str(), execution.closed_size.0),
        ("execution", Some(qty("0.5")))
    );
    assert_eq!(
        (execution.seq, execution.exec_fee.0.to_string()),
        (140_612_148_849_382, "26.3725275".to_owned())
    );
    assert_eq!(execution.side.side(), Some(Side::Sell));
    format!("execution {} of a taker", execution.exec_id)
}

pub(super) fn private_order(bytes: &[u8]) -> String {
    let frame: PrivateFrame<Order> = decode("frame", bytes).expect("reads");
    let order = &frame.data[0];
    assert_eq!(
        (order.order_status.as_str(), order.reject_reason.as_str()),
        ("Filled", "EC_NoError")
    );
    assert_eq!(
        (order.leaves_qty.0, order.cum_exec_qty.0),
        (None, Some(qty("1")))
    );
    assert_eq!(order.cum_fee_detail["MNT"].0.to_string(), "0.00242968");
    format!("order of {}, filled", order.symbol)
}

pub(super) fn private_position(bytes: &[u8]) -> String {
    let frame: PrivateFrame<Position> = decode("frame", bytes).expect("reads");
    let position = &frame.data[0];
    assert_eq!(
        (position.side, position.size.0),
        (SideName::None, Qty::ZERO)
    );
    assert_eq!(
        (position.avg_price.0, position.position_idx),
        (Some(0.0), 2)
    );
    assert_eq!(
        (position.seq, position.mark_price.0),
        (8_327_597_863, Some(price("28184.5")))
    );
    "a flat position".to_owned()
}

pub(super) fn flat_position(bytes: &[u8]) -> String {
    let positions: Listed<Position> = decode("positions", bytes).expect("reads");
    let position = &positions.list[0];
    assert_eq!((position.side.side(), position.size.0), (None, Qty::ZERO));
    assert_eq!(
        (position.liq_price.0, position.unrealised_pnl.0),
        (None, None)
    );
    assert_eq!(position.cum_realised_pnl.0, Some(-1_618.716_551_22));
    assert_eq!(positions.next_page_cursor, "BTCUSDT%2C1691735404177%2C0");
    "a flat position: no side, no liquidation price".to_owned()
}

pub(super) fn private_wallet(bytes: &[u8]) -> String {
    let frame: PrivateFrame<Wallet> = decode("frame", bytes).expect("reads");
    let wallet = &frame.data[0];
    assert_eq!(wallet.total_available_balance.0, Some(9_556.605_655_5));
    assert_eq!(
        (wallet.coin[0].coin.as_str(), wallet.coin[0].equity.0),
        ("BTC", Some(0.001_029_64))
    );
    format!(
        "{} account with {} currencies",
        wallet.account_type,
        wallet.coin.len()
    )
}

pub(super) fn wallet(bytes: &[u8]) -> String {
    let wallets: Listed<Wallet> = decode("wallet balance", bytes).expect("reads");
    let wallet = &wallets.list[0];
    assert_eq!(wallet.total_available_balance.0, Some(78_429.799_248_61));
    let usdt = wallet.coin.iter().find(|c| c.coin == "USDT").expect("USDT");
    assert_eq!(
        (usdt.wallet_balance.0, usdt.locked.0),
        (Some(1_439.615_372_67), Some(100.0))
    );
    assert_eq!(usdt.available_to_withdraw.0, Some(1_339.615_372_67));
    "USDT: 1439.61537267, 100 locked".to_owned()
}

#[derive(serde::Deserialize)]
struct SigningVector {
    id: String,
    string_to_sign: String,
    signature: String,
}

/// Signing comes with orders; the vectors are well formed.
pub(super) fn signing_vectors(bytes: &[u8]) -> String {
    let vectors: Vec<SigningVector> = decode("vectors", bytes).expect("reads");
    let ids: Vec<&str> = vectors.iter().map(|v| v.id.as_str()).collect();
    assert_eq!(ids, ["rest-get", "rest-post", "ws-auth"]);
    for vector in &vectors {
        let is_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        assert!(vector.signature.len() == 64 && vector.signature.chars().all(is_hex));
    }
    assert!(vectors[2].string_to_sign.starts_with("GET/realtime"));
    "three signatures, lower-case hex".to_owned()
}
