//! Providers of models.

use lazaret_model::Severity::Critical;

use super::{Rule, behind};
use crate::secrets::check;

/// The family's rows.
pub(crate) static RULES: &[Rule] = &[
    Rule::token(
        "openai-key",
        "OpenAI API key",
        &["sk-proj-", "sk-svcacct-", "sk-admin-", "sk-None-"],
        r"sk-(?:proj|svcacct|admin|None)-[\w-]{40,200}",
    )
    .entropy(4.0)
    .severity(Critical)
    .good(&["sk-proj-{u:74}T3BlbkFJ{u:74}"])
    .bad(&["sk-proj-short"]),
    Rule::token(
        "openai-key-legacy",
        "OpenAI API key",
        &["T3BlbkFJ"],
        r"sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}",
    )
    .back(23)
    .severity(Critical)
    .good(&["OPENAI_API_KEY=sk-{w:20}T3BlbkFJ{w:20}"])
    .bad(&["T3BlbkFJ"]),
    Rule::token(
        "anthropic-key",
        "Anthropic API key",
        &["sk-ant-"],
        r"sk-ant-(?:api|admin|oat|ort|sid)\d{2}-[\w-]{80,120}",
    )
    .severity(Critical)
    .good(&["sk-ant-api03-{u:93}AA"])
    .bad(&["sk-ant-api03-short"]),
    Rule::token(
        "huggingface-token",
        "Hugging Face token",
        &["hf_"],
        "hf_[A-Za-z]{34}",
    )
    .entropy(3.8)
    .good(&["hf_{a:34}"])
    .bad(&["hf_hub_download"]),
    Rule::token(
        "huggingface-org-token",
        "Hugging Face organisation token",
        &["api_org_"],
        "api_org_[A-Za-z]{34}",
    )
    .good(&["api_org_{a:34}"])
    .bad(&["api_org_name"]),
    Rule::token("groq-key", "Groq API key", &["gsk_"], "gsk_[A-Za-z0-9]{52}")
        .good(&["gsk_{w:52}"])
        .bad(&["gsk_x"]),
    Rule::token("xai-key", "xAI API key", &["xai-"], "xai-[A-Za-z0-9]{80}")
        .good(&["xai-{w:80}"])
        .bad(&["xai-model"]),
    Rule::token(
        "perplexity-key",
        "Perplexity API key",
        &["pplx-"],
        "pplx-[A-Za-z0-9]{48}",
    )
    .good(&["pplx-{w:48}"])
    .bad(&["pplx-70b-online"]),
    Rule::token(
        "openrouter-key",
        "OpenRouter API key",
        &["sk-or-v1-"],
        "sk-or-v1-[a-f0-9]{64}",
    )
    .good(&["sk-or-v1-{h:64}"])
    .bad(&["sk-or-v1-x"]),
    Rule::token(
        "replicate-token",
        "Replicate token",
        &["r8_"],
        "r8_[A-Za-z0-9]{37}",
    )
    .check(check::mixed)
    .good(&["r8_{w:37}"])
    .bad(&["r8_unorm"]),
    Rule::token(
        "nvidia-key",
        "NVIDIA API key",
        &["nvapi-"],
        r"nvapi-[\w-]{64}",
    )
    .good(&["nvapi-{u:64}"])
    .bad(&["nvapi-x"]),
    Rule::token(
        "pinecone-key",
        "Pinecone API key",
        &["pcsk_"],
        "pcsk_[A-Za-z0-9]{5,6}_[A-Za-z0-9]{63}",
    )
    .good(&["pcsk_{w:5}_{w:63}"])
    .bad(&["pcsk_x"]),
    Rule::token(
        "langsmith-key",
        "LangSmith API key",
        &["lsv2_pt_", "lsv2_sk_"],
        "lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}",
    )
    .good(&["lsv2_pt_{h:32}_{h:10}"])
    .bad(&["lsv2_pt_x"]),
    Rule::token(
        "langfuse-key",
        "Langfuse secret key",
        &["sk-lf-"],
        "sk-lf-[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}",
    )
    .good(&["sk-lf-{h:8}-{h:4}-{h:4}-{h:4}-{h:12}"])
    .bad(&["sk-lf-x"]),
    Rule::token(
        "cerebras-key",
        "Cerebras API key",
        &["csk-"],
        "csk-[a-z0-9]{48}",
    )
    .check(check::mixed)
    .good(&["csk-{l:48}"])
    .bad(&["csk-x"]),
    Rule::token(
        "fireworks-key",
        "Fireworks API key",
        &["fw_"],
        "fw_[A-Za-z0-9]{24}",
    )
    .check(check::random)
    .good(&["fw_{w:24}"])
    .bad(&["fw_printenv"]),
    Rule::token(
        "tavily-key",
        "Tavily API key",
        &["tvly-"],
        r"tvly-(?:dev-|prod-)?[A-Za-z0-9]{32}",
    )
    .good(&["tvly-{w:32}"])
    .bad(&["tvly-x"]),
    Rule::token("voyage-key", "Voyage AI key", &["pa-"], r"pa-[\w-]{43}")
        .entropy(4.2)
        .check(check::random)
        .good(&["pa-{w:43}"])
        .bad(&["pa-per-cut"]),
    Rule::near(
        "cohere-key",
        "Cohere API key",
        &["cohere", "co_api_key"],
        behind!("cohere|co_api_key", "[A-Za-z0-9]{40}"),
    )
    .check(check::mixed)
    .good(&["COHERE_API_KEY={w:40}"])
    .bad(&["cohere_model=command"]),
    Rule::near(
        "mistral-key",
        "Mistral API key",
        &["mistral"],
        behind!("mistral", "[A-Za-z0-9]{32}"),
    )
    .check(check::mixed)
    .good(&["MISTRAL_API_KEY={w:32}"])
    .bad(&["mistral_model=large"]),
    Rule::near(
        "deepseek-key",
        "DeepSeek API key",
        &["deepseek"],
        behind!("deepseek", "sk-[a-f0-9]{32}"),
    )
    .good(&["DEEPSEEK_API_KEY=sk-{h:32}"])
    .bad(&["deepseek_model=chat"]),
    Rule::near(
        "wandb-key",
        "Weights & Biases API key",
        &["wandb"],
        behind!("wandb", "[0-9a-f]{40}"),
    )
    .good(&["WANDB_API_KEY={h:40}"])
    .bad(&["wandb_project=x"]),
    Rule::near(
        "elevenlabs-key",
        "ElevenLabs API key",
        &["elevenlabs", "eleven_api_key", "xi-api-key"],
        behind!(
            "elevenlabs|eleven_api_key|xi-api-key",
            "(?:sk_[a-f0-9]{48}|[a-f0-9]{32})"
        ),
    )
    .good(&["ELEVENLABS_API_KEY=sk_{h:48}"])
    .bad(&["elevenlabs_voice=x"]),
    Rule::near(
        "stability-key",
        "Stability AI key",
        &["stability"],
        behind!("stability", "sk-[A-Za-z0-9]{48}"),
    )
    .good(&["STABILITY_API_KEY=sk-{w:48}"])
    .bad(&["stability=stable"]),
    Rule::near(
        "together-key",
        "Together AI key",
        &["together"],
        behind!("together", "(?:tgp_v1_[\\w-]{43}|[a-f0-9]{64})"),
    )
    .good(&["TOGETHER_API_KEY={h:64}"])
    .bad(&["together: we stand"]),
];
