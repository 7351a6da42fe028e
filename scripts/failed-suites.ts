/** A reporter for vitest: one line for each group of tests whose set-up or end failed, with the reason. Its tests are only skipped, so no list of failed tests has it. */
import type { Reporter, TestSuite } from 'vitest/node';

export default class FailedSuites implements Reporter {
	onTestSuiteResult(suite: TestSuite): void {
		for (const { message } of suite.errors()) console.log(`FAILED: ${suite.module.relativeModuleId}: ${suite.fullName}: ${message.replace(/\s+/g, ' ')}`);
	}
}
