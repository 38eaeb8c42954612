"""Every campaign begins with one ad group, which takes over its ads, keywords and categories."""

import django.db.models.deletion
from django.db import migrations, models

GROUPS = """
INSERT INTO ads_adgroup (code, merchant_id, campaign_id, name, state, created_at)
    SELECT 'grp_' || substr(code, 5), merchant_id, id, name, 'active', created_at FROM ads_campaign;
UPDATE ads_ad a SET group_id = g.id FROM ads_adgroup g WHERE g.campaign_id = a.campaign_id;
UPDATE ads_keyword k SET group_id = g.id FROM ads_adgroup g WHERE g.campaign_id = k.campaign_id;
INSERT INTO ads_adgroup_categories (adgroup_id, category_id)
    SELECT g.id, c.category_id FROM ads_campaign_categories c JOIN ads_adgroup g USING (campaign_id);
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("ads", "0006_structure"),
    ]

    operations = [
        migrations.RunSQL(GROUPS, migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name="campaign",
            name="categories",
        ),
        migrations.RemoveField(
            model_name="keyword",
            name="campaign",
        ),
        migrations.AlterField(
            model_name="ad",
            name="group",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="ads", to="ads.adgroup"),
        ),
        migrations.AlterField(
            model_name="keyword",
            name="group",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="keywords", to="ads.adgroup"
            ),
        ),
        migrations.AddConstraint(
            model_name="ad",
            constraint=models.UniqueConstraint(
                fields=("group", "product", "note"), name="ad_once", nulls_distinct=False
            ),
        ),
    ]
