//! Reads what a handler takes and answers off its signature.

use super::{Answers, Operation, Takes};

/// A handler whose types are described. `A` is the tuple of what it takes.
#[diagnostic::on_unimplemented(
    message = "this handler cannot be described",
    note = "it is an async fn of at most five parts that are `Takes`, and it answers something that is `Answers`"
)]
pub(crate) trait Handler<A> {
    /// Adds its types to the operation.
    fn types(operation: &mut Operation<'_>);
}

macro_rules! handler {
    ($($part:ident)*) => {
        impl<F, Fut, R, $($part),*> Handler<($($part,)*)> for F
        where
            F: Fn($($part),*) -> Fut,
            Fut: Future<Output = R>,
            R: Answers,
            $($part: Takes),*
        {
            fn types(operation: &mut Operation<'_>) {
                $($part::describe(operation);)*
                R::describe(operation);
            }
        }
    };
}
handler!(A);
handler!(A B);
handler!(A B C);
handler!(A B C D);
handler!(A B C D E);

/// Adds a handler's types to the operation.
pub(crate) fn describe<A, H: Handler<A>>(_: H, operation: &mut Operation<'_>) {
    H::types(operation);
}
