//! What a Feather file says of itself: flatbuffers, read without trust.
//!
//! A table is a place that points back to its list of fields; a field is there or it is not. Whatever points out of the bytes is
//! not there, so a damaged description ends in something missing, never in a panic or in room for what is claimed.

/// A table of a flatbuffer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Described<'a> {
    bytes: &'a [u8],
    place: usize,
    /// Where the places of its fields are listed, and the bytes of that list.
    fields: usize,
    fields_size: usize,
}

/// So many bytes of a slice from a place on.
pub(super) fn bytes_at<const N: usize>(bytes: &[u8], place: usize) -> Option<[u8; N]> {
    let end = place.checked_add(N)?;
    bytes.get(place..end)?.try_into().ok()
}

fn usize_at(bytes: &[u8], place: usize) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(bytes_at(bytes, place)?)).ok()
}

impl<'a> Described<'a> {
    /// The outermost table.
    pub(super) fn root(bytes: &'a [u8]) -> Option<Self> {
        Self::at(bytes, usize_at(bytes, 0)?)
    }

    fn at(bytes: &'a [u8], place: usize) -> Option<Self> {
        let back = i32::from_le_bytes(bytes_at(bytes, place)?);
        let fields = i64::try_from(place).ok()? - i64::from(back);
        let fields = usize::try_from(fields).ok()?;
        let fields_size = u16::from_le_bytes(bytes_at(bytes, fields)?);
        Some(Self {
            bytes,
            place,
            fields,
            fields_size: usize::from(fields_size),
        })
    }

    /// Where a field stands, by its number in the format's definition.
    fn field(&self, number: usize) -> Option<usize> {
        let entry = 4 + 2 * number;
        if entry + 2 > self.fields_size {
            return None;
        }
        let offset = u16::from_le_bytes(bytes_at(self.bytes, self.fields + entry)?);
        (offset != 0).then(|| self.place + usize::from(offset))
    }

    /// Where what a field refers to stands.
    fn referred(&self, number: usize) -> Option<usize> {
        let field = self.field(number)?;
        field.checked_add(usize_at(self.bytes, field)?)
    }

    /// A number of one byte; 0 where the field is absent, as everywhere below.
    pub(super) fn byte(&self, number: usize) -> u8 {
        let place = self.field(number);
        place.and_then(|p| self.bytes.get(p).copied()).unwrap_or(0)
    }

    /// A number of two bytes.
    pub(super) fn short(&self, number: usize) -> i16 {
        let place = self.field(number);
        place
            .and_then(|p| bytes_at(self.bytes, p))
            .map_or(0, i16::from_le_bytes)
    }

    /// A number of four bytes.
    pub(super) fn int(&self, number: usize) -> i32 {
        let place = self.field(number);
        place
            .and_then(|p| bytes_at(self.bytes, p))
            .map_or(0, i32::from_le_bytes)
    }

    /// A number of eight bytes.
    pub(super) fn long(&self, number: usize) -> i64 {
        let place = self.field(number);
        place
            .and_then(|p| bytes_at(self.bytes, p))
            .map_or(0, i64::from_le_bytes)
    }

    /// A table.
    pub(super) fn table(&self, number: usize) -> Option<Self> {
        Self::at(self.bytes, self.referred(number)?)
    }

    /// A text.
    pub(super) fn text(&self, number: usize) -> Option<&'a str> {
        let place = self.referred(number)?;
        let (start, length) = (place.checked_add(4)?, usize_at(self.bytes, place)?);
        std::str::from_utf8(self.bytes.get(start..start.checked_add(length)?)?).ok()
    }

    /// Structures of `N` bytes each; none where they do not lie within the bytes.
    pub(super) fn structs<const N: usize>(&self, number: usize) -> Option<Vec<[u8; N]>> {
        let Some(place) = self.referred(number) else {
            return Some(Vec::new());
        };
        let (start, count) = (place.checked_add(4)?, usize_at(self.bytes, place)?);
        let end = start.checked_add(count.checked_mul(N)?)?;
        let (structs, _) = self.bytes.get(start..end)?.as_chunks::<N>();
        Some(structs.to_vec())
    }

    /// Tables; none where one of them is not there.
    pub(super) fn tables(&self, number: usize) -> Option<Vec<Self>> {
        let Some(place) = self.referred(number) else {
            return Some(Vec::new());
        };
        let start = place.checked_add(4)?;
        let references = self.structs::<4>(number)?;
        let tables = references.into_iter().enumerate().map(|(i, reference)| {
            let reference = usize::try_from(u32::from_le_bytes(reference)).ok()?;
            Self::at(self.bytes, (start + 4 * i).checked_add(reference)?)
        });
        tables.collect()
    }
}
