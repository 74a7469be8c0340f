### 申出(苦情・意見・質問)、事故・破損など、連絡先

refusal-case-not-answered = 対応を終えるには、担当者と回答を入力してください。
refusal-incident-not-told = 市への報告を記録してから、完了にしてください。
