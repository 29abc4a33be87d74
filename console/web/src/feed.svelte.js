// Asks the gateway for its snapshot every two seconds, and keeps the last one when it does not answer.

const EVERY = 2000;
const SLOWEST = 15_000;
const PATIENCE = 8000;
const KEY = 'stoa-console-key';

export class Feed {
  /** The last snapshot; null before the first. */
  snapshot = $state.raw(null);
  /** asking, live, lost, locked */
  state = $state('asking');
  /** Why nothing came, while lost or locked. */
  reason = $state('');
  /** Counts snapshots. */
  turn = $state(0);

  #timer = 0;
  #failures = 0;
  #asking = false;

  start() {
    const wake = () => {
      if (!document.hidden) this.#ask();
    };
    document.addEventListener('visibilitychange', wake);
    this.#ask();
    return () => {
      document.removeEventListener('visibilitychange', wake);
      clearTimeout(this.#timer);
    };
  }

  /** Goes on with an admin key, which is forgotten when the tab is closed. */
  unlock(key) {
    sessionStorage.setItem(KEY, key);
    this.state = 'asking';
    this.#ask();
  }

  async #ask() {
    if (this.#asking) return;
    this.#asking = true;
    clearTimeout(this.#timer);
    try {
      await this.#fetch();
    } finally {
      this.#asking = false;
    }
    if (this.state === 'locked') return;
    const wait = Math.min(SLOWEST, EVERY * 2 ** Math.min(this.#failures, 3));
    // A tab that nobody sees asks no more; it asks at once when it is seen again.
    this.#timer = setTimeout(() => document.hidden || this.#ask(), wait);
  }

  async #fetch() {
    const key = sessionStorage.getItem(KEY);
    const headers = key ? { authorization: `Bearer ${key}` } : {};
    try {
      const signal = AbortSignal.timeout(PATIENCE);
      const answer = await fetch('/console/snapshot.json', { headers, signal, cache: 'no-store' });
      if (answer.status === 401 || answer.status === 403) {
        sessionStorage.removeItem(KEY);
        this.snapshot = null;
        this.reason = key ? 'This key is not an admin key of this gateway.' : '';
        this.state = 'locked';
        return;
      }
      if (!answer.ok) throw new Error(`it answered with status ${answer.status}`);
      this.snapshot = await answer.json();
      this.#failures = 0;
      this.turn++;
      this.reason = '';
      this.state = 'live';
    } catch (problem) {
      this.#failures++;
      this.reason = problem.name === 'TimeoutError' ? 'it did not answer in time' : problem.message;
      // One lost answer is no news.
      if (this.#failures > 1 || this.snapshot === null) this.state = 'lost';
    }
  }
}
