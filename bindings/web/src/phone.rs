//! The open engine, its connection, and how refusals look to JavaScript.

use crate::calls::Call;
use crate::files::{self, LOCKED_POOL};
use futures_channel::oneshot;
use futures_util::future::{AbortHandle, abortable};
use js_sys::{Function, Promise, Uint8Array};
use linli_engine::{Engine, EngineError, Lang, Options, Place, SystemEnv};
use serde::Serialize;
use std::cell::RefCell;
use std::fmt::Display;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::{future_to_promise, spawn_local};

/// Application and version, for the office's list of phones.
const APP: &str = concat!("linli-app/", env!("CARGO_PKG_VERSION"));

/// The folder of the store in the pool.
const STORE: &str = "store";

thread_local! {
    /// Told of every event of the connection. Here and not in the phone because the engine's listener must be
    /// allowed to move between threads, of which a worker has one.
    static LISTENER: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// Why something was not done, as JavaScript gets it: an object with `code` and `text`.
#[derive(Debug, Serialize)]
pub(crate) struct Refused {
    code: String,
    text: String,
}

impl Refused {
    pub(crate) fn of(error: &EngineError, lang: Lang) -> Refused {
        Refused { code: error.shown_code().to_owned(), text: error.shown_text(lang) }
    }

    /// The browser gives no files: another tab has them, or they are switched off.
    pub(crate) fn files(error: &dyn Display) -> Refused {
        let text = format!("浏览器不让保存记录({error})。请不要用无痕模式,关闭其他已打开的页面后再试。");
        Refused { code: "phone.browser_files".to_owned(), text }
    }

    fn malformed(error: &dyn Display) -> Refused {
        Refused {
            code: "phone.call".to_owned(),
            text: format!("the page asked for what the engine does not know: {error}"),
        }
    }
}

impl From<Refused> for JsValue {
    fn from(refused: Refused) -> JsValue {
        let object = js_sys::Object::new();
        for (key, value) in [("code", refused.code), ("text", refused.text)] {
            // A fresh object takes every key.
            let _ = js_sys::Reflect::set(&object, &key.into(), &value.into());
        }
        object.into()
    }
}

/// Opens the store, or makes it. `key` are the 32 bytes that lock it, `language` is `zh` or `en`, `listener` is called
/// with the JSON of every event of the connection.
///
/// # Errors
/// An object with `code` and `text`.
#[wasm_bindgen(js_name = openPhone)]
pub async fn open_phone(key: Vec<u8>, language: String, listener: Function) -> Result<WebPhone, JsValue> {
    let lang = lang_of(&language);
    files::acquire().await?;
    let key = key.try_into().map_err(|_| Refused::malformed(&"a key has 32 bytes"))?;
    let place = Place { folder: STORE.to_owned(), vfs: LOCKED_POOL.to_owned(), key };
    let opened =
        Engine::open(&place, Box::new(SystemEnv::default()), Options { app: APP.to_owned(), lang }).await;
    let engine = opened.map_err(|error| Refused::of(&error, lang))?;
    LISTENER.set(Some(listener));
    Ok(WebPhone { engine: Rc::new(engine), connection: RefCell::new(None) })
}

/// Removes the store with everything in it. No phone may be open.
///
/// # Errors
/// An object with `code` and `text`.
#[wasm_bindgen(js_name = removePhone)]
pub async fn remove_phone() -> Result<(), JsValue> {
    let pool = files::acquire().await?;
    Ok(pool.clear_all().await.map_err(|error| Refused::files(&error))?)
}

/// A connection that is kept.
struct Connection {
    stop: AbortHandle,
    /// Rings when it has let go of the engine.
    ended: oneshot::Receiver<()>,
}

/// A phone of a community, in a browser.
#[wasm_bindgen]
pub struct WebPhone {
    engine: Rc<Engine>,
    connection: RefCell<Option<Connection>>,
}

#[wasm_bindgen]
impl WebPhone {
    /// Does what `{"method": …, "args": …}` asks and gives the JSON of the answer.
    pub fn call(&self, asked: &str) -> Promise {
        let engine = Rc::clone(&self.engine);
        let call = serde_json::from_str::<Call>(asked).map_err(|error| Refused::malformed(&error));
        future_to_promise(async move {
            let answered = call?.answer(&engine).await;
            Ok(answered.map_err(|error| Refused::of(&error, engine.lang()))?.into())
        })
    }

    /// Everything unsent as a file: `{report, bytes}`. It stays on the phone until the relay has it.
    #[wasm_bindgen(js_name = exportUnsent)]
    pub fn export_unsent(&self) -> Promise {
        let engine = Rc::clone(&self.engine);
        future_to_promise(async move {
            let made = engine.unsent_file().await.map_err(|error| Refused::of(&error, engine.lang()))?;
            let report = serde_json::to_string(&made.0).map_err(|error| Refused::malformed(&error))?;
            Ok(js_sys::Array::of2(&report.into(), &Uint8Array::from(made.1.as_slice())).into())
        })
    }

    /// Takes on a colleague's unsent work from a file.
    #[wasm_bindgen(js_name = importUnsent)]
    pub fn import_unsent(&self, name: String, bytes: Vec<u8>) -> Promise {
        let engine = Rc::clone(&self.engine);
        future_to_promise(async move {
            let taken = engine.take_unsent_file(&name, &bytes).await;
            let taken = taken.map_err(|error| Refused::of(&error, engine.lang()))?;
            Ok(serde_json::to_string(&taken).map_err(|error| Refused::malformed(&error))?.into())
        })
    }

    /// The language of texts from now on: `zh` or `en`.
    #[wasm_bindgen(js_name = setLanguage)]
    pub fn set_language(&self, language: &str) {
        self.engine.set_lang(lang_of(language));
    }

    /// Stays connected from now on; looks at once when it is so already.
    #[wasm_bindgen(js_name = stayConnected)]
    pub fn stay_connected(&self) {
        let mut connection = self.connection.borrow_mut();
        if connection.as_ref().is_some_and(|connection| !connection.stop.is_aborted()) {
            self.engine.wake();
            return;
        }
        let engine = Rc::clone(&self.engine);
        let (stay, stop) = abortable(async move {
            let ended = engine.sync_watch(&mut |event| tell(&event)).await;
            if let Err(error) = ended {
                tell(&Ended { event: "ended", why: Refused::of(&error, engine.lang()) });
            }
        });
        let (end, ended) = oneshot::channel();
        *connection = Some(Connection { stop, ended });
        spawn_local(async move {
            let _ = stay.await;
            // Nobody waits for it but who closes.
            let _ = end.send(());
        });
    }

    /// Hangs up. What was not acknowledged is sent again next time.
    pub fn disconnect(&self) {
        if let Some(connection) = self.connection.borrow_mut().take() {
            connection.stop.abort();
        }
    }

    /// Hangs up and closes the store. Calls must have been answered before.
    pub async fn close(self) {
        let connection = self.connection.borrow_mut().take();
        if let Some(Connection { stop, ended }) = connection {
            stop.abort();
            // A sender that is gone has let go as well.
            let _ = ended.await;
        }
    }
}

impl Drop for WebPhone {
    fn drop(&mut self) {
        self.disconnect();
        LISTENER.set(None);
    }
}

/// The connection was given up, because the phone itself is in trouble.
#[derive(Serialize)]
struct Ended {
    event: &'static str,
    #[serde(flatten)]
    why: Refused,
}

fn tell(event: &impl Serialize) {
    let Ok(json) = serde_json::to_string(event) else { return };
    let listener = LISTENER.with_borrow(Clone::clone);
    if let Some(listener) = listener {
        // Whatever the page does with it is the page's affair.
        let _ = listener.call1(&JsValue::NULL, &json.into());
    }
}

fn lang_of(word: &str) -> Lang {
    if word.starts_with("en") { Lang::En } else { Lang::Zh }
}
