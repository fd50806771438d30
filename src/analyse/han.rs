//! Which Chinese writing a text is in, by characters that only one of them uses.
//!
//! From Unicode's Unihan relations (kSimplifiedVariant, kTraditionalVariant) the commonest pairs, less
//! those where Japanese or the other writing has the character, too (后, 里, 只, 于, 云, 余, 几, 着).

use std::collections::HashMap;
use std::sync::LazyLock;

/// Pairs of the same word: simplified, traditional.
const PAIRS: &str = "国國 这這 来來 时時 们們 为為 说說 会會 个個 对對 发發 学學 没沒 现現 点點 进進 过過 还還 问問 间間 \
    开開 关關 见見 长長 门門 业業 东東 车車 书書 马馬 鸟鳥 鱼魚 龙龍 风風 飞飛 气氣 电電 话話 语語 请請 谢謝 认認 识識 让讓 \
    论論 设設 证證 评評 试試 该該 详詳 误誤 课課 谁誰 调調 谈談 谋謀 谓謂 选選 远遠 运運 连連 达達 迟遲 边邊 机機 权權 条條 \
    极極 构構 标標 样樣 桥橋 检檢 楼樓 银銀 钱錢 铁鐵 钢鋼 错錯 镇鎮 针針 钟鐘 锁鎖 险險 阳陽 阶階 际際 陆陸 陈陳 队隊 难難 \
    双雙 变變 叶葉 号號 员員 听聽 启啟 响響 团團 园園 围圍 图圖 圆圓 场場 坏壞 块塊 坚堅 坛壇 报報 声聲 处處 备備 复復 头頭 \
    夺奪 奋奮 妇婦 宁寧 实實 审審 宪憲 宽寬 宾賓 导導 寻尋 将將 尔爾 尘塵 层層 属屬 岁歲 岛島 币幣 师師 帐帳 带帶 帮幫 库庫 \
    应應 庆慶 张張 弹彈 强強 归歸 当當 录錄 态態 总總 恶惡 悬懸 惊驚 惩懲 战戰 户戶 执執 扩擴 扫掃 扬揚 护護 拟擬 择擇 挤擠 \
    损損 据據 摆擺 敌敵 数數 断斷 无無 旧舊 显顯 晓曉 术術 杀殺 杂雜 欢歡 残殘 毕畢 汇匯 汉漢 汤湯 沟溝 泽澤 洁潔 测測 \
    济濟 浅淺 润潤 涨漲 温溫 湾灣 满滿 滚滾 滨濱 灭滅 灯燈 灵靈 灾災 炉爐 热熱 烧燒 爱愛 牵牽 犹猶 独獨 狱獄 环環 画畫 \
    疗療 监監 盖蓋 盘盤 矿礦 码碼 确確 碍礙 离離 种種 积積 称稱 稳穩 穷窮 竞競 笔筆 签簽 简簡 粮糧 纪紀 约約 级級 纯純 \
    纲綱 纳納 纵縱 纷紛 纸紙 纽紐 线線 练練 组組 细細 织織 终終 经經 结結 给給 络絡 绝絕 统統 继繼 绩績 续續 维維 综綜 绿綠 \
    网網 罗羅 罚罰 罢罷 职職 联聯 肃肅 肤膚 脑腦 脸臉 艺藝 节節 苏蘇 药藥 获獲 营營 萨薩 蓝藍 虑慮 虽雖 补補 袭襲 \
    装裝 观觀 规規 视視 览覽 觉覺 触觸 计計 订訂 讨討 训訓 议議 记記 许許 讲講 讯訊 诉訴 诊診 词詞 译譯 诚誠 诺諾 读讀 财財 \
    责責 败敗 货貨 质質 贩販 贪貪 购購 贯貫 贵貴 贷貸 贸貿 费費 贺賀 资資 赔賠 赖賴 赛賽 赞贊 赢贏 赶趕 跃躍 践踐 轨軌 转轉 \
    轮輪 软軟 轻輕 载載 较較 辆輛 辉輝 输輸 辞辭 迁遷 违違 递遞 逻邏 邮郵 邻鄰 郑鄭 释釋 鉴鑒 闭閉 闯闖 闻聞 阅閱 阵陣 \
    须須 顾顧 顿頓 预預 领領 频頻 题題 颜顏 额額 顺順 项項 饭飯 饮飲 饿餓 馆館 驱驅 驻駐 验驗 骗騙 麦麥 黄黃 齐齊 龄齡 亏虧 \
    亚亞 产產 亲親 亿億 仅僅 从從 仓倉 众眾 优優 传傳 伤傷 伦倫 伪偽 侦偵 侧側 债債 偿償 储儲 儿兒 党黨 兰蘭 兴興 养養 军軍 \
    农農 冲衝 决決 况況 冻凍 净淨 减減 凤鳳 刘劉 则則 刚剛 创創 剧劇 劝勸 办辦 务務 动動 励勵 劳勞 势勢 区區 医醫 \
    华華 协協 单單 卖賣 卫衛 厂廠 历歷 压壓 厅廳 县縣 参參 叹嘆 吗嗎 两兩 严嚴 丧喪 丰豐 临臨 举舉 义義 乌烏 \
    乐樂 习習 乡鄉 买買 乱亂 争爭 价價 体體 写寫 岂豈 脱脫 伟偉 铜銅 铝鋁 锂鋰 链鏈 闲閒 龟龜";

/// `Hans` or `Hant`, where the characters of one outweigh those of the other twofold.
pub(super) fn script(text: &str) -> Option<&'static str> {
    let (mut simplified, mut traditional) = (0_usize, 0_usize);
    for c in text.chars().filter(|&c| crate::text::is_han(c)) {
        match SIDES.get(&c) {
            Some(Side::Simplified) => simplified += 1,
            Some(Side::Traditional) => traditional += 1,
            None => {}
        }
    }
    match (simplified, traditional) {
        (0, 0) => None,
        (simplified, traditional) if simplified >= 2 * traditional => Some("Hans"),
        (simplified, traditional) if traditional >= 2 * simplified => Some("Hant"),
        _ => None,
    }
}

enum Side {
    Simplified,
    Traditional,
}

static SIDES: LazyLock<HashMap<char, Side>> = LazyLock::new(|| {
    let mut sides = HashMap::new();
    for pair in PAIRS.split_whitespace() {
        let mut pair = pair.chars();
        let (Some(simplified), Some(traditional)) = (pair.next(), pair.next()) else { continue };
        sides.insert(simplified, Side::Simplified);
        sides.insert(traditional, Side::Traditional);
    }
    sides
});

#[cfg(test)]
mod tests {
    use super::script;

    #[test]
    fn writings_are_told_apart() {
        for (text, expected) in [
            ("银行股价大跌，储户排队取款", Some("Hans")),
            ("銀行股價大跌，儲戶排隊提款", Some("Hant")),
            ("央行宣布降准", None),
            ("美国总统访问北京", Some("Hans")),
            ("台灣總統訪問美國", Some("Hant")),
            ("", None),
            ("abc", None),
        ] {
            assert_eq!(script(text), expected, "{text}");
        }
    }
}
