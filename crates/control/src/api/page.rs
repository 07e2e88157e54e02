//! Pages: from the query to the store, and back.

use axum::Json;
use lazaret_store::{Page as StorePage, Paging};
use lazaret_wire::{Cursor, MAX_LIMIT, Page, PageQuery};

use crate::http::{ApiError, ApiResult};

/// Items of a page where nobody says how many.
const USUAL: u32 = 50;

/// Which page is asked for.
///
/// # Errors
/// When the limit is out of its range, or the cursor is none.
pub(crate) fn paging(query: &PageQuery) -> ApiResult<Paging> {
    let limit = query.limit.unwrap_or(USUAL);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(ApiError::invalid(format!("`limit` is 1 to {MAX_LIMIT}")));
    }
    let after = query.cursor.as_deref().map(str::parse).transpose();
    let after = after.map_err(|_| ApiError::invalid("`cursor` is not one that this list gave"))?;
    Ok(Paging { limit, after })
}

/// A page of the store as the interface shows it.
pub(crate) fn answer<T, W>(page: StorePage<T>, each: impl FnMut(T) -> W) -> Json<Page<W>> {
    Json(Page {
        items: page.items.into_iter().map(each).collect(),
        next: page.next.map(|cursor| Cursor(cursor.to_string())),
    })
}
