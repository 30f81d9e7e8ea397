use tokio::sync::watch;

/// Tells everything that runs for long that the server is going down. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Shutdown {
    sender: watch::Sender<bool>,
}

impl Default for Shutdown {
    fn default() -> Self {
        Self { sender: watch::Sender::new(false) }
    }
}

impl Shutdown {
    /// Says it.
    pub fn begin(&self) {
        self.sender.send_replace(true);
    }

    /// Whether it was said.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        *self.sender.borrow()
    }

    /// Waits until it is said.
    pub async fn begun(&self) {
        let mut receiver = self.sender.subscribe();
        // The sender lives as long as `self`, so this ends only when it was said.
        drop(receiver.wait_for(|begun| *begun).await);
    }
}
