// All that goes to the broker and comes from it.

export class ApiError extends Error {
  constructor(status, message, body) {
    super(message);
    this.status = status;
    this.body = body;
  }
}

let signIn = async () => false;

/** Asks for the token; resolves to whether the broker took it. Told whether what needs it was begun by nobody, as polls are. */
export function onSignIn(ask) {
  signIn = ask;
}

async function failure(response) {
  let body = null;
  try {
    body = await response.json();
  } catch {
    // No answer of the API's own: its status has to do.
  }
  return new ApiError(response.status, body?.error?.message ?? `The broker answered ${response.status} ${response.statusText}.`, body);
}

const mayNot = (status) => status === 401 || status === 403;

async function request(path, options) {
  try {
    return await fetch(path, { credentials: 'same-origin', cache: 'no-store', redirect: 'error', ...options });
  } catch (cause) {
    if (cause.name === 'AbortError') throw cause;
    throw new ApiError(0, 'The broker does not answer.', null);
  }
}

/** JSON, or null where there is no content. Where a token is needed, it is asked for, and the call made once more. */
async function call(path, options, ask) {
  const response = await request(path, options);
  if (response.status === 401 && (await ask())) return call(path, options, async () => false);
  if (!response.ok) throw await failure(response);
  return response.status === 204 ? null : response.json();
}

export const get = (path) => call(path, {}, () => signIn(false));

/** As get, for what nobody has just asked for. */
export const poll = (path, { signal } = {}) => call(path, { signal }, () => signIn(true));

export const post = (path, body = {}, { ask = true } = {}) =>
  call(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }, async () => ask && signIn(false));

export const query = (values) =>
  new URLSearchParams(Object.entries(values).filter(([, value]) => value !== '' && value !== undefined && value !== null)).toString();

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5000;
const REFUSED_PAUSE_MS = 10_000;

/**
 * Server-sent events that come back by themselves. Not EventSource: that one keeps to itself why it was refused, and cannot tell a
 * stream that is silent from one that is dead.
 *
 * @param said name and data of each event
 * @param changed 'connecting' | 'live' | 'waiting' (with { retryAt, message }) | 'closed'
 * @param silenceMs after how long without a byte it begins anew; 0: never
 */
export function stream(path, said, changed, silenceMs = 0) {
  let closed = false;
  let attempt = null;
  let wake = null;
  let pauseMs = FIRST_PAUSE_MS;
  // Who has declined to give the token is not asked again until they want to.
  let mayAsk = true;

  async function read() {
    attempt = new AbortController();
    const current = attempt;
    let lastByte = Date.now();
    const watchdog = silenceMs > 0 && setInterval(() => Date.now() - lastByte > silenceMs && current.abort(), silenceMs / 4);
    try {
      const response = await request(path, { signal: current.signal, headers: { Accept: 'text/event-stream' } });
      if (response.status === 401 && mayAsk) {
        mayAsk = false;
        if (await signIn(false)) return await read();
      }
      if (!response.ok) throw await failure(response);
      pauseMs = FIRST_PAUSE_MS;
      changed('live');
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = '';
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return undefined;
        lastByte = Date.now();
        const blocks = (rest + value).replaceAll('\r', '').split('\n\n');
        rest = blocks.pop();
        blocks.forEach(event);
      }
    } finally {
      clearInterval(watchdog);
    }
  }

  function event(block) {
    let name = 'message';
    const data = [];
    for (const line of block.split('\n')) {
      if (line.startsWith('event:')) name = line.slice(6).trim();
      else if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''));
    }
    if (data.length > 0) said(name, JSON.parse(data.join('\n')));
  }

  async function run() {
    while (!closed) {
      let problem = null;
      changed('connecting');
      try {
        await read();
      } catch (cause) {
        problem = cause;
      }
      if (closed) break;
      const refused = problem instanceof ApiError && problem.status >= 400 && problem.status < 500;
      const waitMs = refused ? REFUSED_PAUSE_MS : pauseMs;
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
      changed('waiting', {
        retryAt: Date.now() + waitMs,
        message: refused ? problem.message : '',
        unauthorised: refused && mayNot(problem.status),
      });
      await new Promise((resolve) => {
        wake = resolve;
        setTimeout(resolve, waitMs);
      });
    }
    changed('closed');
  }

  run();
  return {
    close() {
      closed = true;
      attempt?.abort();
      wake?.();
    },
    /** Does not wait for its turn. */
    now() {
      mayAsk = true;
      pauseMs = FIRST_PAUSE_MS;
      wake?.();
    },
    /** Begins anew, whatever it takes itself to be. */
    again() {
      pauseMs = FIRST_PAUSE_MS;
      attempt?.abort();
      wake?.();
    },
  };
}
