// Real Chromium and Firefox, headless, with synthetic camera and microphone.
import puppeteer from 'puppeteer-core';

// Without these Chromium looks for Google's servers at every start.
const quiet = [
  '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--disable-default-apps', '--disable-features=Translate,OptimizationHints,MediaRouter', '--metrics-recording-only',
];

const engines = {
  chromium: ({ camera }) => ({
    browser: 'chrome',
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: [
      ...quiet, '--no-sandbox', '--disable-gpu', '--disable-quic',
      '--use-fake-ui-for-media-stream', `--use-fake-device-for-media-stream=${camera}`,
      '--auto-select-desktop-capture-source=Entire screen',
    ],
  }),
  firefox: ({ fingers }) => ({
    browser: 'firefox',
    executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
    headless: true,
    extraPrefsFirefox: {
      'media.navigator.streams.fake': true,
      'media.navigator.permission.disabled': true,
      'media.autoplay.default': 0,
      'media.getusermedia.insecure.enabled': false,
      'app.update.enabled': false,
      'datareporting.policy.dataSubmissionEnabled': false,
      'browser.safebrowsing.downloads.remote.enabled': false,
      'network.captive-portal-service.enabled': false,
      'network.connectivity-service.enabled': false,
      // What CSS is told of a machine whose one pointer is a finger.
      ...(fingers && { 'ui.primaryPointerCapabilities': 1, 'ui.allPointerCapabilities': 1 }),
    },
  }),
};

/** The engines' names. */
export const names = Object.keys(engines);

/**
 * Starts a browser. `camera` are Chromium's fake device options; 10 fps keeps four browsers on two cores honest. `fingers`
 * are for pages on phones: Chromium learns of them with the viewport, Firefox at its start. `program` is another one than the
 * engine's own; with `pipe`, which Chromium can, it may be in another network than the test.
 */
export function launch(engine, { camera = 'fps=10', fingers = false, program, pipe = false, args = [] } = {}) {
  const options = engines[engine]({ camera, fingers });
  return puppeteer.launch({
    ...options,
    ...(program && { executablePath: program }),
    args: [...(options.args ?? []), ...args],
    pipe,
    protocolTimeout: 60_000,
  });
}

/** The program of an engine. */
export const programOf = (engine) => engines[engine]({}).executablePath;
