//! Everything the unit holds about a reporter for one case, as a page and as a file.

use askama::Template;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::{fitting, to_enter};
use crate::extract::{FormPost, PublicPage};
use crate::frame::{PageFrame, draw};
use crate::own_data::OwnData;
use crate::problem::Fault;

#[derive(Template)]
#[template(path = "public/track/data.html")]
struct DataPage {
    page: PageFrame,
    /// Address of the case.
    back: String,
    number: String,
    data: OwnData,
}

/// `POST /lacak/{nomor}/data/baca`: the same as the file, to be read and printed. By POST, so that no
/// address opens it and nothing of it is kept.
pub(super) async fn export_page(
    Path(number): Path<String>,
    page: PublicPage,
    post: FormPost,
) -> Result<Response, Fault> {
    let Some((number, secret)) = fitting(&page.context, &number).await? else {
        return to_enter(&number);
    };
    let PublicPage {
        context,
        mut frame,
        node,
    } = page;
    if let Some(lang) = post.switched_lang() {
        frame.switch_lang(&context, lang);
    }
    let client = context.client();
    frame.sensitive = node.track(&number, &secret, client).await?.case.sensitive;
    let export = node.export_for_reporter(&number, &secret, client).await?;
    let data = OwnData::of(&export, frame.unit(), frame.lang);
    frame.title = if frame.sensitive {
        frame.tf("track.neutral_title", &[("number", &number.to_string())])
    } else {
        data.title.clone()
    };
    frame.with_form(&context, "form");
    let page = DataPage {
        page: frame,
        back: format!("/lacak/{number}"),
        number: number.to_string(),
        data,
    };
    draw(StatusCode::OK, &page)
}

/// `POST /lacak/{nomor}/data`: everything the unit holds about the reporter for the case, as a file.
pub(super) async fn export(
    Path(number): Path<String>,
    page: PublicPage,
    _post: FormPost,
) -> Result<Response, Fault> {
    let Some((number, secret)) = fitting(&page.context, &number).await? else {
        return to_enter(&number);
    };
    let client = page.context.client();
    let export = page
        .node
        .export_for_reporter(&number, &secret, client)
        .await?;
    let text = serde_json::to_string_pretty(&export).map_err(|_| Fault::Internal)?;
    let headers = [
        (
            header::CONTENT_TYPE,
            "application/json; charset=utf-8".to_owned(),
        ),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"data-{number}.json\""),
        ),
    ];
    Ok((headers, text).into_response())
}
