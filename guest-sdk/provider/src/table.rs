//! Indicators at work, by number.

use indicators::catalog::{self, Entry, Kind, Parameter, Refused, Stream};

/// All indicators of one instance. Numbers of forgotten ones are used again, the last one first.
#[derive(Default)]
pub struct Table {
    slots: Vec<Option<Slot>>,
    free: Vec<u32>,
}

struct Slot {
    stream: Box<dyn Stream>,
    inputs: usize,
    /// Written by an update; as many as the indicator has outputs.
    outputs: Vec<f64>,
}

impl Table {
    /// A fresh indicator and its number.
    ///
    /// # Errors
    /// One sentence about an unknown name or parameters that do not fit.
    pub fn make(&mut self, name: &str, parameters: &[f64]) -> Result<u32, String> {
        let entry = find(name)?;
        let stream = entry
            .make(parameters)
            .map_err(|refused| sentence(&entry, parameters, &refused))?;
        let slot = Slot {
            stream,
            inputs: entry.inputs.len(),
            outputs: vec![f64::NAN; entry.outputs.len()],
        };
        match self.free.pop() {
            Some(number) => {
                self.slots[number as usize] = Some(slot);
                Ok(number)
            }
            None => {
                let number = u32::try_from(self.slots.len())
                    .map_err(|_| "there are too many indicators".to_owned())?;
                self.slots.push(Some(slot));
                Ok(number)
            }
        }
    }

    /// Forgets an indicator; an unknown number is passed over.
    pub fn forget(&mut self, number: u32) {
        let slot = self.slots.get_mut(number as usize);
        if slot.and_then(Option::take).is_some() {
            self.free.push(number);
        }
    }

    /// Its outputs after the next inputs, or nothing before the first value.
    ///
    /// # Panics
    /// If there is no such indicator, or it takes another number of inputs: the caller's code is generated from the catalog.
    pub fn update(&mut self, number: u32, inputs: &[f64]) -> Option<&[f64]> {
        let slot = self.slots.get_mut(number as usize);
        let slot = slot
            .and_then(Option::as_mut)
            .unwrap_or_else(|| panic!("there is no indicator {number}"));
        assert_eq!(inputs.len(), slot.inputs, "inputs of indicator {number}");
        let ready = slot.stream.update(inputs, &mut slot.outputs);
        ready.then_some(&*slot.outputs)
    }
}

/// Updates until the first value.
///
/// # Errors
/// As [`Table::make`].
pub fn first_value(name: &str, parameters: &[f64]) -> Result<i32, String> {
    let entry = find(name)?;
    let updates = entry.first_value(parameters);
    updates.map_err(|refused| sentence(&entry, parameters, &refused))
}

/// Updates until the start of the data no longer matters.
///
/// # Errors
/// As [`Table::make`].
pub fn warm_up(name: &str, parameters: &[f64]) -> Result<i32, String> {
    let entry = find(name)?;
    let updates = entry.warm_up(parameters);
    updates.map_err(|refused| sentence(&entry, parameters, &refused))
}

fn find(name: &str) -> Result<Entry, String> {
    catalog::find(name).map_err(|_| format!("there is no indicator `{name}`"))
}

fn sentence(entry: &Entry, given: &[f64], refused: &Refused) -> String {
    match refused {
        Refused::Unknown => format!("there is no indicator `{}`", entry.name),
        Refused::Count(count) => format!(
            "`{}` takes {} parameters, not {count}",
            entry.name,
            entry.parameters.len()
        ),
        Refused::Parameter(parameter) => format!(
            "`{}`: {}",
            entry.name,
            outside(parameter, value_of(entry, given, parameter))
        ),
    }
}

fn value_of(entry: &Entry, given: &[f64], parameter: &Parameter) -> f64 {
    let index = entry.parameters.iter().position(|p| p == parameter);
    index
        .and_then(|index| given.get(index))
        .copied()
        .unwrap_or(f64::NAN)
}

fn outside(parameter: &Parameter, value: f64) -> String {
    let Parameter { name, min, max, .. } = parameter;
    let kind = match parameter.kind {
        Kind::Real => "a number",
        Kind::Whole => "a whole number",
        Kind::Average => "the code of a moving average",
    };
    format!("{name} is {kind} from {min} to {max}, not {value}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_what_the_indicators_themselves_give() {
        let mut table = Table::default();
        let number = table.make("sma", &[2.0]).expect("a simple average");
        let mut sma = indicators::Sma::new(2);
        for value in [1.0, 2.0, 4.0, f64::NAN, 8.0] {
            let by_number = table.update(number, &[value]).map(|outputs| outputs[0]);
            assert_eq!(by_number, sma.update(value));
        }
    }

    #[test]
    fn a_forgotten_number_is_used_again() {
        let mut table = Table::default();
        let numbers = [1.0, 2.0, 3.0].map(|period| table.make("ema", &[period]).expect("made"));
        assert_eq!(numbers, [0, 1, 2]);
        table.forget(1);
        table.forget(1);
        table.forget(9);
        assert_eq!(table.make("rsi", &[14.0]), Ok(1));
        assert_eq!(table.make("rsi", &[14.0]), Ok(3));
    }

    #[test]
    fn says_what_is_wrong_with_a_request() {
        let mut table = Table::default();
        let cases = [
            ("smaa", &[2.0][..], "there is no indicator `smaa`"),
            ("sma", &[], "`sma` takes 1 parameters, not 0"),
            (
                "sma",
                &[0.0],
                "`sma`: period is a whole number from 1 to 10000, not 0",
            ),
            (
                "sma",
                &[2.5],
                "`sma`: period is a whole number from 1 to 10000, not 2.5",
            ),
        ];
        for (name, parameters, expected) in cases {
            assert_eq!(table.make(name, parameters), Err(expected.to_owned()));
            assert_eq!(warm_up(name, parameters), Err(expected.to_owned()));
        }
        assert_eq!(first_value("sma", &[5.0]), Ok(5));
    }
}
