//! A receipt in an answer.

use pengayom_ledger::Receipt;
use serde::Serialize;
use utoipa::ToSchema;

/// What proves by itself that a request was recorded: save this object as a file, and verify it at `/tanda-terima`
/// or with `pengayom receipt verify`. See docs/api.md.
#[derive(Serialize, ToSchema)]
#[schema(as = Receipt)]
pub(crate) struct ReceiptBody {
    /// The format's name and version.
    #[schema(examples("pengayom-receipt/v1"))]
    format: String,
    /// Code of the unit.
    unit: String,
    /// Name of the unit.
    unit_name: String,
    /// The number people use.
    number: String,
    /// When it was recorded.
    #[schema(format = DateTime)]
    recorded_at: String,
    /// Only where the unit's pack says what the service costs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = FeeBody)]
    fee: Option<FeeBody>,
    /// The log's key as the unit states it (C2SP signed-note). No proof by itself: compare it with the one displayed.
    key: String,
    /// Address of the log.
    log: String,
    /// Signed by the log's key (C2SP signed-note).
    promise: String,
    /// What was recorded, without words and persons; null for a sensitive kind.
    #[schema(required)]
    act: Option<String>,
    /// In base64; null exactly when `act` is.
    #[schema(required)]
    salt: Option<String>,
    /// That the act is in the log (C2SP tlog-proof); null in the first seconds.
    #[schema(required)]
    proof: Option<String>,
}

/// What a service costs.
#[derive(Serialize, ToSchema)]
#[schema(as = Fee)]
struct FeeBody {
    /// In whole units of the currency; 0 where the service is free.
    amount: u64,
    /// ISO 4217.
    #[schema(examples("IDR"))]
    currency: String,
}

impl From<Receipt> for ReceiptBody {
    fn from(receipt: Receipt) -> Self {
        Self {
            format: receipt.format,
            unit: receipt.unit,
            unit_name: receipt.unit_name,
            number: receipt.number,
            recorded_at: receipt.recorded_at,
            fee: receipt.fee.map(|fee| FeeBody {
                amount: fee.amount,
                currency: fee.currency,
            }),
            key: receipt.key,
            log: receipt.log,
            promise: receipt.promise,
            act: receipt.act,
            salt: receipt.salt,
            proof: receipt.proof,
        }
    }
}
