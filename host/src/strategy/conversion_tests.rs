//! Orders cross the boundary whole, in a sandbox and natively: one test over both families of the contract's types, which have
//! the same names (`w` is the family at hand).

macro_rules! order_conversion_tests {
    () => {
        use super::*;

        /// Every kind of order beside what it has to become.
        fn kinds() -> Vec<(w::OrderKind, d::OrderKind)> {
            let prices = w::TriggerLimit {
                trigger: 101.5,
                limit: 102.25,
            };
            let trailing = |activation| w::Trailing {
                callback: 0.015,
                activation,
            };
            vec![
                (w::OrderKind::Market, d::OrderKind::Market),
                (w::OrderKind::Limit(99.5), d::OrderKind::Limit(99.5)),
                (w::OrderKind::Stop(98.5), d::OrderKind::Stop(98.5)),
                (
                    w::OrderKind::StopLimit(prices),
                    d::OrderKind::StopLimit {
                        trigger: 101.5,
                        limit: 102.25,
                    },
                ),
                (
                    w::OrderKind::TakeProfit(103.5),
                    d::OrderKind::TakeProfit(103.5),
                ),
                (
                    w::OrderKind::TakeProfitLimit(prices),
                    d::OrderKind::TakeProfitLimit {
                        trigger: 101.5,
                        limit: 102.25,
                    },
                ),
                (
                    w::OrderKind::Trailing(trailing(Some(104.5))),
                    d::OrderKind::Trailing {
                        callback: 0.015,
                        activation: Some(104.5),
                    },
                ),
                (
                    w::OrderKind::Trailing(trailing(None)),
                    d::OrderKind::Trailing {
                        callback: 0.015,
                        activation: None,
                    },
                ),
            ]
        }

        fn plain() -> w::OrderRequest {
            w::OrderRequest {
                instrument: 3,
                side: w::Side::Sell,
                qty: 1.25,
                kind: w::OrderKind::Market,
                time_in_force: w::TimeInForce::Gtc,
                target: w::Target::Net,
                reduce_only: false,
                post_only: false,
                trigger_by: None,
                oco_group: None,
                parent: None,
                exits: w::Exits {
                    stop: None,
                    take_profit: None,
                    trigger_by: None,
                },
                tag: 9,
            }
        }

        fn expected() -> d::OrderRequest {
            d::OrderRequest {
                tag: 9,
                ..d::OrderRequest::market(3, d::Side::Sell, 1.25)
            }
        }

        #[test]
        fn every_kind_arrives_and_comes_back() {
            for (sent, kind) in kinds() {
                let request = w::OrderRequest {
                    kind: sent,
                    ..plain()
                };
                let wanted = d::OrderRequest { kind, ..expected() };
                assert_eq!(order_request(&request), wanted);
                let back = order_kind(order_kind_out(kind));
                assert_eq!(back, kind);
            }
        }

        #[test]
        fn every_attribute_arrives() {
            let lives = [
                (w::TimeInForce::Gtc, d::TimeInForce::Gtc),
                (w::TimeInForce::Ioc, d::TimeInForce::Ioc),
                (w::TimeInForce::Fok, d::TimeInForce::Fok),
                (
                    w::TimeInForce::Gtd(123_000),
                    d::TimeInForce::Gtd(d::Timestamp(123_000)),
                ),
            ];
            let targets = [
                (w::Target::Net, d::Target::Net),
                (w::Target::Separate, d::Target::Separate),
                (w::Target::Position(17), d::Target::Position(17)),
            ];
            let watched = [
                (None, None),
                (Some(w::TriggerBy::Last), Some(d::TriggerBy::Last)),
                (Some(w::TriggerBy::Mark), Some(d::TriggerBy::Mark)),
                (Some(w::TriggerBy::Index), Some(d::TriggerBy::Index)),
            ];
            for (time_in_force, life) in lives {
                for (target, book) in targets {
                    for (trigger_by, watches) in watched {
                        for flag in [false, true] {
                            let request = w::OrderRequest {
                                time_in_force,
                                target,
                                trigger_by,
                                reduce_only: flag,
                                post_only: !flag,
                                oco_group: flag.then_some(5),
                                parent: (!flag).then_some(6),
                                ..plain()
                            };
                            let wanted = d::OrderRequest {
                                time_in_force: life,
                                target: book,
                                trigger_by: watches,
                                reduce_only: flag,
                                post_only: !flag,
                                oco_group: flag.then_some(5),
                                parent: (!flag).then_some(6),
                                ..expected()
                            };
                            assert_eq!(order_request(&request), wanted);
                        }
                    }
                }
            }
        }

        #[test]
        fn exits_of_every_form_arrive_on_their_side() {
            let forms = [
                (w::Exit::At(90.0), d::Exit::At(90.0)),
                (
                    w::Exit::AtLimit(w::TriggerLimit {
                        trigger: 90.0,
                        limit: 89.0,
                    }),
                    d::Exit::AtLimit {
                        trigger: 90.0,
                        limit: 89.0,
                    },
                ),
                (
                    w::Exit::Trail(w::Trailing {
                        callback: 0.02,
                        activation: Some(95.0),
                    }),
                    d::Exit::Trail {
                        callback: 0.02,
                        activation: Some(95.0),
                    },
                ),
            ];
            for (sent, form) in forms {
                let request = w::OrderRequest {
                    exits: w::Exits {
                        stop: Some(sent),
                        take_profit: None,
                        trigger_by: Some(w::TriggerBy::Mark),
                    },
                    ..plain()
                };
                let wanted = d::Exits {
                    stop: Some(form),
                    take_profit: None,
                    trigger_by: Some(d::TriggerBy::Mark),
                };
                assert_eq!(order_request(&request).exits, wanted);
                let other = w::Exits {
                    stop: None,
                    take_profit: Some(sent),
                    trigger_by: None,
                };
                let wanted = d::Exits {
                    stop: None,
                    take_profit: Some(form),
                    trigger_by: None,
                };
                assert_eq!(exits(&other), wanted);
            }
        }

        #[test]
        fn an_order_that_is_asked_for_says_all_it_carries() {
            let view = d::OrderView {
                id: 4,
                position: 5,
                instrument: 3,
                side: d::Side::Buy,
                kind: d::OrderKind::StopLimit {
                    trigger: 101.5,
                    limit: 102.25,
                },
                status: d::OrderStatus::PartiallyFilled,
                reason: d::EndReason::None,
                qty: d::Qty(300_000_000),
                filled_qty: d::Qty(100_000_000),
                avg_price: Some(d::Price(10_050_000_000)),
                reduce_only: true,
                post_only: true,
                oco_group: Some(8),
                parent: Some(2),
                tag: 9,
                created_at: d::Timestamp(60_000),
            };
            let shown = order(&view);
            assert_eq!(
                (shown.id, shown.position, shown.instrument, shown.tag),
                (4, 5, 3, 9)
            );
            assert_eq!(
                (shown.qty, shown.filled_qty, shown.avg_price),
                (3.0, 1.0, 100.5)
            );
            assert_eq!(
                (
                    shown.reduce_only,
                    shown.post_only,
                    shown.oco_group,
                    shown.parent
                ),
                (true, true, Some(8), Some(2))
            );
            assert_eq!(order_kind(shown.kind), view.kind);
            assert_eq!(shown.created_at, 60_000);
        }
    };
}
